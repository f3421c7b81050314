import { type FastifyReply } from 'fastify';
import { TokenBucket, type BucketRate } from '@switchboard/limits';
import { SwitchboardError } from '@switchboard/protocol';

/** How many seconds' worth of requests may come at once; what the headers call the window. */
const WINDOW_S = 5;
const SECOND_MS = 1_000;
/** How the headers call the policy. */
const POLICY = '"requests"';

/**
 * Bounds how often each API key calls this process. Every answer to a limited key tells what is left, by the headers of
 * draft-ietf-httpapi-ratelimit-headers-09: the quota `q` of a window of `w` seconds, `r` requests that remain, and `t` seconds until the quota is
 * whole again.
 */
export class KeyRates {
  private readonly rate: BucketRate;
  private readonly buckets = new Map<string, TokenBucket>();

  /** @param perSecond 0: no limit */
  constructor(
    perSecond: number,
    private readonly nowMs?: () => number,
  ) {
    this.rate = { perSecond, burst: perSecond * WINDOW_S };
  }

  /**
   * Counts a request of a key.
   * @throws SwitchboardError `rate_limited`, with Retry-After set on the reply
   */
  count(keyName: string, reply: Pick<FastifyReply, 'header'>): void {
    const { perSecond, burst } = this.rate;
    if (perSecond === 0) return;
    const bucket = this.bucketOf(keyName);
    const waitMs = bucket.take();
    const resetS = Math.ceil(bucket.fullInMs / SECOND_MS);
    reply.header('ratelimit-policy', `${POLICY};q=${String(burst)};w=${String(WINDOW_S)}`);
    reply.header('ratelimit', `${POLICY};r=${String(Math.max(0, Math.floor(bucket.available)))};t=${String(resetS)}`);
    if (waitMs === 0) return;
    reply.header('retry-after', String(Math.ceil(waitMs / SECOND_MS)));
    throw new SwitchboardError('rate_limited', `The API key ${keyName} may make ${String(perSecond)} requests a second.`);
  }

  /** There are as many as keys in the settings. */
  private bucketOf(keyName: string): TokenBucket {
    let bucket = this.buckets.get(keyName);
    if (bucket === undefined) {
      bucket = new TokenBucket(this.rate, this.nowMs);
      this.buckets.set(keyName, bucket);
    }
    return bucket;
  }
}
