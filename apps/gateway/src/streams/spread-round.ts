/** A statement costs some 3 µs a key (measured), so a thousand keep the database busy for 3 ms. */
const CHUNK = 1_000;
const TICK_MS = 100;

/** What is asked about in each round. */
export interface SpreadRoundOptions<Key> {
  /** All keys; may be iterated while keys come and go. */
  readonly keys: () => IterableIterator<Key>;
  readonly count: () => number;
  /** Asks about some keys, by one statement. Must not reject. */
  readonly ask: (keys: readonly Key[]) => Promise<void>;
  readonly roundMs: number;
}

/** Asks about every key once a round, spread evenly over it, in chunks. One question is under way at a time. */
export class SpreadRound<Key> {
  private timer: NodeJS.Timeout | undefined;
  private rest: Iterator<Key> | undefined;
  private visited = 0;
  private tick = 0;
  private isAsking = false;
  private readonly ticks: number;

  constructor(private readonly options: SpreadRoundOptions<Key>) {
    this.ticks = Math.max(1, Math.round(options.roundMs / TICK_MS));
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

  /** Asks about all keys now, chunk after chunk. Never rejects. */
  async sweep(): Promise<void> {
    const keys = [...this.options.keys()];
    for (let start = 0; start < keys.length; start += CHUNK) await this.options.ask(keys.slice(start, start + CHUNK));
  }

  private async nextTick(): Promise<void> {
    if (this.isAsking) return;
    if (this.tick === 0) {
      this.rest = this.options.keys();
      this.visited = 0;
    }
    const share = Math.ceil((this.options.count() - this.visited) / (this.ticks - this.tick));
    this.tick = (this.tick + 1) % this.ticks;
    const keys = this.take(Math.min(CHUNK, share));
    if (keys.length === 0) return;
    this.isAsking = true;
    await this.options.ask(keys);
    this.isAsking = false;
  }

  private take(count: number): Key[] {
    const keys: Key[] = [];
    while (keys.length < count) {
      const next = this.rest?.next();
      if (next?.done !== false) break;
      keys.push(next.value);
    }
    this.visited += keys.length;
    return keys;
  }
}
