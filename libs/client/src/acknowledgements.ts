import type { AckFrame, StreamKey } from '@switchboard/protocol';
import { Alarm } from './alarm';
import type { Clock } from './clock';

// The first acknowledgement goes out at once, since a service may wait for it; those of a burst share a frame.
const INTERVAL_MS = 200;

/**
 * Tells the server how far the own stream has been handled: at once, then at most once in 200 ms, and again on each new connection, since the
 * last frame of the old one may be lost. Never goes back, and never beyond what the connection was sent, which the server would refuse.
 */
export class Acknowledgements {
  readonly #clock: Clock;
  readonly #alarm: Alarm;
  readonly #send: (frame: AckFrame) => boolean;
  #stream: StreamKey | undefined;
  /** Where the first connection began the stream: what comes before it is nothing that this client has handled. */
  #start = 0;
  #handled = 0;
  /** How far this connection was sent the stream. */
  #sent = 0;
  /** What this connection has acknowledged. */
  #told = 0;
  #nextAtMs = 0;

  /** `send` returns false while no connection is ready. */
  constructor(clock: Clock, send: (frame: AckFrame) => boolean) {
    this.#clock = clock;
    this.#alarm = new Alarm(clock);
    this.#send = send;
  }

  /** How far the own stream has been handled; empty before the first connection. */
  handled(): Record<StreamKey, number> {
    return this.#stream === undefined ? {} : { [this.#stream]: this.#handled };
  }

  /** A connection is ready that begins the own stream, `stream`, behind `after`. */
  onReady(stream: StreamKey, after: number): void {
    if (stream !== this.#stream) this.#handled = this.#start = after;
    this.#stream = stream;
    this.#sent = after;
    this.#told = this.#start;
    this.flush();
  }

  /** The connection was sent a message or a gap, new or repeated, up to `through`. */
  onSent(stream: StreamKey, through: number): void {
    if (stream !== this.#stream || through <= this.#sent) return;
    const wasHeldBack = this.#handled > this.#sent;
    this.#sent = through;
    if (wasHeldBack) this.#flushSoon();
  }

  /** Everything up to `through` has been handled. Streams other than the own one are not acknowledged. */
  onHandled(stream: StreamKey, through: number): void {
    if (stream !== this.#stream || through <= this.#handled) return;
    this.#handled = through;
    this.#flushSoon();
  }

  /** Tells the server now: the page or the connection is about to go. */
  flush(): void {
    const through = Math.min(this.#handled, this.#sent);
    if (this.#stream === undefined || through <= this.#told) return;
    if (!this.#send({ type: 'ack', streams: { [this.#stream]: through } })) return;
    this.#alarm.clear();
    this.#told = through;
    this.#nextAtMs = this.#clock.nowMs() + INTERVAL_MS;
  }

  /** Asks for nothing more of the clock. */
  stop(): void {
    this.#alarm.clear();
  }

  #flushSoon(): void {
    const inMs = this.#nextAtMs - this.#clock.nowMs();
    // Looks at the clock each time, since a hidden page may run no timers.
    if (inMs <= 0) this.flush();
    else if (!this.#alarm.isSet) {
      this.#alarm.set(inMs, () => {
        this.flush();
      });
    }
  }
}
