const SECOND_MS = 1_000;

/** What a bucket holds, and how fast it fills. Many buckets share one object of it. */
export interface BucketRate {
  readonly perSecond: number;
  /** What can be had at once after a rest. */
  readonly burst: number;
}

/**
 * Limits how much of something happens: over any time t no more than `burst + perSecond × t` is had. It has no timer: what has flowed in is
 * counted when somebody asks. A clock that goes back fills nothing.
 */
export class TokenBucket {
  private level: number;
  private filledAtMs: number;

  constructor(
    private readonly rate: BucketRate,
    private readonly nowMs: () => number = () => performance.now(),
  ) {
    this.level = rate.burst;
    this.filledAtMs = nowMs();
  }

  /** How much can be had now; below 0, how much is owed. */
  get available(): number {
    this.fill();
    return this.level;
  }

  /** How long until the bucket is full, if nothing is taken. */
  get fullInMs(): number {
    this.fill();
    return this.timeOf(this.rate.burst - this.level);
  }

  /**
   * Takes all of `amount` or nothing. More than the burst can never be had.
   * @returns 0 if it was taken; else after how many milliseconds it can be, if nobody else takes any
   */
  take(amount = 1): number {
    this.fill();
    if (this.level < amount) return this.timeOf(amount - this.level);
    this.level -= amount;
    return 0;
  }

  /**
   * Takes `amount` in any case, for what has happened already: what is not there is owed.
   * @returns for how many milliseconds it is owed; 0: it was there
   */
  spend(amount = 1): number {
    this.fill();
    this.level -= amount;
    return this.level >= 0 ? 0 : this.timeOf(-this.level);
  }

  private fill(): void {
    const nowMs = this.nowMs();
    if (nowMs <= this.filledAtMs) return;
    const { perSecond, burst } = this.rate;
    this.level = Math.min(burst, this.level + ((nowMs - this.filledAtMs) * perSecond) / SECOND_MS);
    this.filledAtMs = nowMs;
  }

  private timeOf(amount: number): number {
    return Math.ceil((amount * SECOND_MS) / this.rate.perSecond);
  }
}
