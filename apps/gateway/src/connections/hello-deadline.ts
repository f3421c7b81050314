const CHECK_INTERVAL_MS = 250;

/** Tells of those who do not say hello in time. All have the same time, so the first to come is the first to be late. */
export class HelloDeadline<Peer> {
  private readonly cameAtMs = new Map<Peer, number>();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly deadlineMs: number,
    private readonly onLate: (peer: Peer) => void,
    private readonly nowMs: () => number = () => performance.now(),
  ) {}

  /** How many have not said hello yet. */
  get waiting(): number {
    return this.cameAtMs.size;
  }

  /** Begins to watch the time. */
  start(): void {
    this.timer ??= setInterval(() => {
      this.check();
    }, CHECK_INTERVAL_MS).unref();
  }

  /** Ends it. */
  stop(): void {
    clearInterval(this.timer);
    this.timer = undefined;
  }

  /** Somebody came: the time runs. */
  add(peer: Peer): void {
    this.cameAtMs.set(peer, this.nowMs());
  }

  /** Somebody said hello, or went. */
  remove(peer: Peer): void {
    this.cameAtMs.delete(peer);
  }

  /** Tells of all who are late by now. */
  check(): void {
    const latestMs = this.nowMs() - this.deadlineMs;
    for (const [peer, cameAtMs] of this.cameAtMs) {
      if (cameAtMs > latestMs) return;
      this.cameAtMs.delete(peer);
      this.onLate(peer);
    }
  }
}
