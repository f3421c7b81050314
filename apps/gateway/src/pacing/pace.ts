/** What may go at once after a pause, besides one: half a second's worth, so that a late look makes up for the time, but not for a stall. */
const BURST_S = 0.5;

/** Tells how many may go when, so that no more than so many go in a second. Without a clock of its own. */
export class Pace {
  private credit = 1;
  private lastMs: number;

  /** @param nowMs when it begins; one may go at once */
  constructor(
    private readonly perSecond: number,
    nowMs: number,
  ) {
    this.lastMs = nowMs;
  }

  /** How many of `most` may go at `nowMs`; they count as gone. */
  take(nowMs: number, most: number): number {
    const earned = ((nowMs - this.lastMs) / 1_000) * this.perSecond;
    this.credit = Math.min(1 + this.perSecond * BURST_S, this.credit + earned);
    this.lastMs = nowMs;
    const count = Math.min(most, Math.floor(this.credit));
    this.credit -= count;
    return count;
  }
}
