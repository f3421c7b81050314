import fc from 'fast-check';
import { spread } from './spread';
import { TokenBucket, type BucketRate } from './token-bucket';

const rates = fc.record({ perSecond: fc.integer({ min: 1, max: 10_000 }), burst: fc.integer({ min: 1, max: 10_000 }) });
const steps = fc.array(fc.record({ passMs: fc.integer({ min: 0, max: 5_000 }), amount: fc.integer({ min: 1, max: 100 }) }), {
  maxLength: 60,
});

function bucketWithClock(rate: BucketRate): { bucket: TokenBucket; pass: (ms: number) => void; now: () => number } {
  let nowMs = 0;
  const bucket = new TokenBucket(rate, () => nowMs);
  return { bucket, pass: (ms) => (nowMs += ms), now: () => nowMs };
}

describe('TokenBucket', () => {
  it('gives over any time no more than the burst and what flows in', () => {
    fc.assert(
      fc.property(rates, steps, (rate, wishes) => {
        const { bucket, pass, now } = bucketWithClock(rate);
        const had: { atMs: number; amount: number }[] = [];
        for (const { passMs, amount } of wishes) {
          pass(passMs);
          if (bucket.take(amount) === 0) had.push({ atMs: now(), amount });
        }
        for (const [index, { atMs: fromMs }] of had.entries()) {
          let sum = 0;
          for (const { atMs, amount } of had.slice(index)) {
            sum += amount;
            expect(sum).toBeLessThanOrEqual(rate.burst + ((atMs - fromMs) * rate.perSecond) / 1_000 + 1e-6);
          }
        }
      }),
    );
  });

  it('says when there will be enough, no sooner and no later than it is', () => {
    fc.assert(
      fc.property(rates, steps, (rate, wishes) => {
        const { bucket, pass } = bucketWithClock(rate);
        for (const { passMs, amount } of wishes) {
          pass(passMs);
          const waitMs = bucket.take(amount);
          if (waitMs === 0 || amount > rate.burst) continue;
          pass(waitMs - 1);
          expect(bucket.available).toBeLessThan(amount);
          pass(1);
          expect(bucket.take(amount)).toBe(0);
        }
      }),
    );
  });

  it('refuses nobody who stays within the rate', () => {
    fc.assert(
      fc.property(rates, fc.integer({ min: 1, max: 100 }), (rate, count) => {
        const { bucket, pass } = bucketWithClock(rate);
        for (let taken = 0; taken < count; taken += 1) {
          expect(bucket.take(1)).toBe(0);
          pass(Math.ceil(1_000 / rate.perSecond));
        }
      }),
    );
  });

  it('lets what has happened be owed, and tells for how long', () => {
    const { bucket, pass } = bucketWithClock({ perSecond: 10, burst: 5 });
    expect(bucket.spend(5)).toBe(0);
    expect(bucket.spend(3)).toBe(300);
    expect(bucket.available).toBe(-3);
    expect(bucket.fullInMs).toBe(800);
    pass(300);
    expect(bucket.spend(0)).toBe(0);
    pass(10_000);
    expect(bucket.available).toBe(5);
  });

  it('never gives more than its burst at once', () => {
    const { bucket, pass } = bucketWithClock({ perSecond: 10, burst: 5 });
    pass(1e12);
    expect(bucket.take(6)).toBe(100);
    expect(bucket.take(5)).toBe(0);
  });
});

describe('spread', () => {
  it('keeps within once and twice the wait', () => {
    expect([0, 0.5, 1].map((random) => spread(1_000, () => random))).toEqual([1_000, 1_500, 2_000]);
  });
});
