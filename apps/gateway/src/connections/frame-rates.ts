import { TokenBucket, type BucketRate } from '@switchboard/limits';
import { type ClientLimitSettings } from '@switchboard/config';

/** How many seconds' worth may come at once. */
const BURST_S = 5;

/** The rates of each connection. */
export interface ConnectionRates {
  readonly frames: BucketRate;
  readonly bytes: BucketRate;
  readonly sends: BucketRate;
}

/** The rates that the settings name, with room for bursts. */
export function connectionRates(
  settings: Pick<ClientLimitSettings, 'framesPerSecond' | 'bytesPerSecond' | 'sendsPerSecond'>,
): ConnectionRates {
  const rate = (perSecond: number): BucketRate => ({ perSecond, burst: perSecond * BURST_S });
  return { frames: rate(settings.framesPerSecond), bytes: rate(settings.bytesPerSecond), sends: rate(settings.sendsPerSecond) };
}

/** What is to be done about a frame: nothing; tell the client to slow down; close it. */
export type RateVerdict = { readonly kind: 'fine' } | { readonly kind: 'told'; readonly retryAfterMs: number } | { readonly kind: 'over' };

const FINE: RateVerdict = { kind: 'fine' };

/**
 * How fast one connection sends.
 * - within its rates and bursts: fine
 * - beyond: its frames are still taken, so that none is lost without its sender knowing which, but it owes them; it is told once, and again only
 *   after it has been within its rates
 * - it owes as much as a whole burst: over
 */
export class FrameRates {
  private readonly frames: TokenBucket;
  private readonly bytes: TokenBucket;
  private readonly sends: TokenBucket;
  private wasTold = false;

  constructor(
    private readonly rates: ConnectionRates,
    nowMs?: () => number,
  ) {
    this.frames = new TokenBucket(rates.frames, nowMs);
    this.bytes = new TokenBucket(rates.bytes, nowMs);
    this.sends = new TokenBucket(rates.sends, nowMs);
  }

  /** A frame has come. */
  frame(bytes: number): RateVerdict {
    const retryAfterMs = Math.max(this.frames.spend(), this.bytes.spend(bytes));
    if (retryAfterMs === 0) {
      this.wasTold = false;
      return FINE;
    }
    if (this.frames.available < -this.rates.frames.burst || this.bytes.available < -this.rates.bytes.burst) return { kind: 'over' };
    if (this.wasTold) return FINE;
    this.wasTold = true;
    return { kind: 'told', retryAfterMs };
  }

  /** Somebody wants to send a message. @returns 0: it may; else after how many milliseconds it may */
  send(): number {
    return this.sends.take();
  }
}
