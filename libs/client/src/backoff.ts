/** How long to wait before coming back. */
export interface BackoffBounds {
  /** The bound of the first wait, in milliseconds. */
  readonly baseMs: number;
  /** No bound grows over this, in milliseconds. */
  readonly capMs: number;
}

// 2^30 is beyond every sensible cap ÷ base; without a bound the power would grow to Infinity, and 0 · Infinity is NaN.
const LARGEST_EXPONENT = 30;

/**
 * Exponential backoff with full jitter: the wait before attempt n is random between 0 and min(cap, base · 2^n). Of the variants that the
 * AWS architecture blog compares in "Exponential Backoff And Jitter" it makes a crowd of clients do the least work.
 */
export class Backoff {
  readonly #bounds: BackoffBounds;
  readonly #random: () => number;
  #failures = 0;

  /** `random` gives a number from 0 up to 1, as Math.random does. */
  constructor(bounds: BackoffBounds, random: () => number = Math.random) {
    this.#bounds = bounds;
    this.#random = random;
  }

  /** The next wait in milliseconds; each call counts as one more failure. */
  nextMs(): number {
    const { baseMs, capMs } = this.#bounds;
    const boundMs = Math.min(capMs, baseMs * 2 ** Math.min(this.#failures, LARGEST_EXPONENT));
    this.#failures += 1;
    return this.#random() * boundMs;
  }

  /** Things have gone well for a while: the next wait is bounded by the base again. */
  reset(): void {
    this.#failures = 0;
  }
}
