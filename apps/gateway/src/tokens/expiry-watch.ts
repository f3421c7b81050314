const SECOND_MS = 1_000;

/**
 * Tells of those whose time is over, to the second, without a timer for each: they are dealt into buckets by the second they expire in. A
 * time that is further away than any timer could be set costs no more than another.
 */
export class ExpiryWatch<Peer> {
  private readonly buckets = new Map<number, Set<Peer>>();
  private readonly secondOf = new Map<Peer, number>();
  private timer: NodeJS.Timeout | undefined;

  /** @param nowMs the clock that the times are on: milliseconds since 1970 */
  constructor(
    private readonly onExpired: (peer: Peer) => void,
    private readonly nowMs: () => number = () => Date.now(),
  ) {}

  /** How many are watched. */
  get size(): number {
    return this.secondOf.size;
  }

  /** Begins to watch the time. */
  start(): void {
    this.timer ??= setInterval(() => {
      this.check();
    }, SECOND_MS / 4).unref();
  }

  /** Ends it. */
  stop(): void {
    clearInterval(this.timer);
    this.timer = undefined;
  }

  /** The time of `peer` is over at `atMs`; replaces what was said before. */
  set(peer: Peer, atMs: number): void {
    this.remove(peer);
    const second = Math.ceil(atMs / SECOND_MS);
    const bucket = this.buckets.get(second);
    if (bucket === undefined) this.buckets.set(second, new Set([peer]));
    else bucket.add(peer);
    this.secondOf.set(peer, second);
  }

  /** Watches a peer no longer. */
  remove(peer: Peer): void {
    const second = this.secondOf.get(peer);
    if (second === undefined) return;
    this.secondOf.delete(peer);
    const bucket = this.buckets.get(second);
    bucket?.delete(peer);
    if (bucket?.size === 0) this.buckets.delete(second);
  }

  /** Tells of all whose time is over by now. There are as many buckets as different seconds, which is little to walk through. */
  check(): void {
    const nowMs = this.nowMs();
    for (const [second, bucket] of this.buckets) {
      if (second * SECOND_MS > nowMs) continue;
      for (const peer of bucket) {
        this.remove(peer);
        this.onExpired(peer);
      }
    }
  }
}
