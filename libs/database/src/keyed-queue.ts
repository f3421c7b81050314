/**
 * A first-in-first-out queue that gives out no item whose key is still taken: an item waits until all earlier ones of its key have been
 * released. Items without a key never wait. Each operation costs amortized O(1) per item and batch.
 */
export class KeyedQueue<Entry> {
  /** In order; whatever is parked is older than anything here of the same key. */
  private ready: Entry[] = [];
  private firstReady = 0;
  private readonly parked = new Map<string, Entry[]>();
  private readonly taken = new Set<string>();
  private parkedCount = 0;

  constructor(private readonly keyOf: (entry: Entry) => string | undefined) {}

  /** How many entries wait, parked ones included. */
  get size(): number {
    return this.readyCount + this.parkedCount;
  }

  /** How many entries wait that are not known to have a taken key. */
  get readyCount(): number {
    return this.ready.length - this.firstReady;
  }

  /** The oldest entry that is not known to have a taken key. */
  get oldestReady(): Entry | undefined {
    return this.ready[this.firstReady];
  }

  push(entry: Entry): void {
    this.ready.push(entry);
  }

  /** Takes up to `max` entries, in order, and their keys with them; may be empty although `size` is not 0. */
  take(max: number): Entry[] {
    const batch: Entry[] = [];
    const keysOfBatch = new Set<string>();
    while (batch.length < max) {
      const entry = this.shift();
      if (entry === undefined) break;
      const key = this.keyOf(entry);
      if (key !== undefined && this.taken.has(key)) {
        this.park(key, entry);
        continue;
      }
      if (key !== undefined) keysOfBatch.add(key);
      batch.push(entry);
    }
    for (const key of keysOfBatch) this.taken.add(key);
    return batch;
  }

  /** Gives back the keys of a batch; what waited for them goes to the front. */
  release(batch: readonly Entry[]): void {
    const freed: Entry[] = [];
    for (const key of new Set(batch.map(this.keyOf))) {
      if (key === undefined) continue;
      this.taken.delete(key);
      const waiting = this.parked.get(key);
      if (waiting === undefined) continue;
      this.parked.delete(key);
      this.parkedCount -= waiting.length;
      for (const entry of waiting) freed.push(entry);
    }
    if (freed.length === 0) return;
    this.ready = freed.concat(this.ready.slice(this.firstReady));
    this.firstReady = 0;
  }

  private shift(): Entry | undefined {
    const entry = this.ready[this.firstReady];
    if (entry === undefined) return undefined;
    this.firstReady += 1;
    if (this.firstReady === this.ready.length) {
      this.ready = [];
      this.firstReady = 0;
    } else if (this.firstReady >= 1_024 && this.firstReady * 2 >= this.ready.length) {
      this.ready = this.ready.slice(this.firstReady);
      this.firstReady = 0;
    }
    return entry;
  }

  private park(key: string, entry: Entry): void {
    const waiting = this.parked.get(key);
    if (waiting === undefined) this.parked.set(key, [entry]);
    else waiting.push(entry);
    this.parkedCount += 1;
  }
}
