import { type MessageLog } from '@switchboard/message-log';
import { type StreamKey } from '@switchboard/protocol';
import { type LocalStreams } from './local-streams';

/** A statement costs some 3 µs a stream (measured), so a thousand keep the database busy for 3 ms. */
const CHUNK = 1_000;
const TICK_MS = 100;

/** Hears what the rounds find. */
export interface ReconcileObserver {
  /** The log was ahead of what a stream had heard. */
  repaired(stream: StreamKey): void;
  roundFailed(error: unknown): void;
}

/**
 * Asks the log for the head of every local stream, once a round, spread evenly over it. So what the bus lost is found, and the round bounds
 * how late a message can be. One statement is under way at a time; what fails is asked again in the next round.
 */
export class ReconcileRound {
  private timer: NodeJS.Timeout | undefined;
  private rest: Iterator<StreamKey> | undefined;
  private visited = 0;
  private tick = 0;
  private isAsking = false;
  private readonly ticks: number;

  constructor(
    private readonly streams: LocalStreams,
    private readonly log: Pick<MessageLog, 'heads'>,
    private readonly observer: ReconcileObserver,
    roundMs: number,
  ) {
    this.ticks = Math.max(1, Math.round(roundMs / TICK_MS));
  }

  /** Begins the rounds. */
  start(): void {
    this.timer ??= setInterval(() => void this.nextTick(), TICK_MS).unref();
  }

  /** Ends them. */
  stop(): void {
    clearInterval(this.timer);
    this.timer = undefined;
  }

  /** Asks for all streams now, chunk after chunk. Never rejects. */
  async sweep(): Promise<void> {
    const keys = [...this.streams.keys()];
    for (let start = 0; start < keys.length; start += CHUNK) await this.ask(keys.slice(start, start + CHUNK));
  }

  private async nextTick(): Promise<void> {
    if (this.isAsking) return;
    if (this.tick === 0) {
      this.rest = this.streams.keys();
      this.visited = 0;
    }
    const share = Math.ceil((this.streams.size - this.visited) / (this.ticks - this.tick));
    this.tick = (this.tick + 1) % this.ticks;
    const keys = this.take(Math.min(CHUNK, share));
    if (keys.length === 0) return;
    this.isAsking = true;
    await this.ask(keys);
    this.isAsking = false;
  }

  private take(count: number): StreamKey[] {
    const keys: StreamKey[] = [];
    while (keys.length < count) {
      const next = this.rest?.next();
      if (next?.done !== false) break;
      keys.push(next.value);
    }
    this.visited += keys.length;
    return keys;
  }

  private async ask(keys: readonly StreamKey[]): Promise<void> {
    try {
      const seen = keys.flatMap((stream) => {
        const highest = this.streams.highestHeard(stream);
        return highest === undefined ? [] : [{ stream, seen: highest }];
      });
      for (const { stream, head } of await this.log.heads(seen)) {
        const heard = this.streams.highestHeard(stream);
        if (heard === undefined || head <= heard) continue;
        this.observer.repaired(stream);
        this.streams.heard(stream, head);
      }
    } catch (error) {
      this.observer.roundFailed(error);
    }
  }
}
