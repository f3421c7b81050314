import type { GapFrame, MessageFrame, StreamKey } from '@switchboard/protocol';
import type { Emitter } from './emitter';
import type { ClientEvents, Gap, Message } from './events';
import { InHand } from './in-hand';
import { ReceivedMessage } from './message';
import { RecentIds } from './recent-ids';
import { StreamPositions } from './stream-positions';

// More than twice the channels that a client may ask for: room for those it follows through membership.
const MAX_STREAMS = 2_500;

// An ephemeral message comes twice only around a move, within a second or so.
const RECENT_IDS = 1_024;

/** What the delivery tells the client. */
export interface DeliveryListener {
  /** The connection has sent a stream up to here, be it new or not. */
  onSent(stream: StreamKey, through: number): void;
  /** The listeners have finished with a stream up to here. */
  onHandled(stream: StreamKey, through: number): void;
  /** Something of this stream that comes before this frame never came: the connection is to be made anew. */
  onMissing(stream: StreamKey): void;
  onAck(message: Message): void;
}

/** From frames to listeners: what is new is handed on in order, once, and it is known which of it has been handled. */
export class Delivery {
  readonly positions: StreamPositions;
  readonly #emitter: Emitter<ClientEvents>;
  readonly #listener: DeliveryListener;
  readonly #inHand: InHand;
  readonly #recentIds = new RecentIds(RECENT_IDS);
  // Streams whose position is only remembered from an earlier run: nothing of them was handed on by this object.
  readonly #recalled = new Set<StreamKey>();

  constructor(resume: Readonly<Record<StreamKey, number>>, emitter: Emitter<ClientEvents>, listener: DeliveryListener) {
    this.positions = new StreamPositions(resume, MAX_STREAMS);
    this.#emitter = emitter;
    this.#listener = listener;
    this.#inHand = new InHand((stream, through) => {
      listener.onHandled(stream, through);
    });
  }

  /** How many messages listeners have not finished with. */
  get inHand(): number {
    return this.#inHand.size;
  }

  /** How far each stream has been handled. */
  handled(): Record<StreamKey, number> {
    return { ...this.positions.toRecord(), ...this.#inHand.handled() };
  }

  /** Positions from an earlier run, for the streams that have none yet. */
  recall(positions: Readonly<Record<StreamKey, number>>): void {
    for (const [stream, seq] of Object.entries(positions)) {
      if (this.positions.get(stream) !== undefined) continue;
      this.positions.begin(stream, seq);
      this.#recalled.add(stream);
    }
  }

  /**
   * The server begins `stream` behind `after`. Returns what is thereby left out, for tellGap. A log that ends before a position that was only
   * recalled is another log: its numbers are new.
   */
  begin(stream: StreamKey, after: number): Gap | undefined {
    if (this.#recalled.delete(stream) && after < (this.positions.get(stream) ?? 0)) this.positions.forget(stream);
    const gap = this.positions.begin(stream, after);
    return gap && { stream, ...gap, reason: 'lost' };
  }

  onMessage(frame: MessageFrame, text: string): void {
    const { stream, seq, after } = frame;
    if (seq === undefined || after === undefined) {
      if (this.#recentIds.add(frame.id)) void this.#emit(frame, text);
      return;
    }
    const verdict = this.positions.message(stream, after, seq);
    if (verdict === 'lost') {
      this.#listener.onMissing(stream);
      return;
    }
    this.#listener.onSent(stream, seq);
    if (verdict === 'next') this.#inHand.add(stream, after, seq, this.#emit(frame, text));
  }

  onGap({ stream, after, through, reason }: GapFrame): void {
    const position = this.positions.get(stream);
    const verdict = this.positions.gap(stream, after, through);
    if (verdict === 'lost') {
      this.#listener.onMissing(stream);
      return;
    }
    this.#listener.onSent(stream, through);
    if (verdict === 'next') this.tellGap({ stream, after: position ?? after, through, reason });
  }

  /** Hands a gap to the listeners. */
  tellGap(gap: Gap): void {
    this.#inHand.add(gap.stream, gap.after, gap.through, this.#emitter.deliver('gap', gap));
  }

  /** The stream is no longer followed. */
  forget(stream: StreamKey): void {
    this.positions.forget(stream);
    this.#inHand.forget(stream);
    this.#recalled.delete(stream);
  }

  #emit(frame: MessageFrame, text: string): Promise<unknown> | undefined {
    const message = new ReceivedMessage(frame, text, (handled) => {
      this.#listener.onAck(handled);
    });
    return this.#emitter.deliver('message', message);
  }
}
