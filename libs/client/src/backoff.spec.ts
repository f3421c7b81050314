import fc from 'fast-check';
import { Backoff } from './backoff';

const bounds = fc.record({ baseMs: fc.integer({ min: 0, max: 10_000 }), capMs: fc.integer({ min: 0, max: 100_000 }) });

describe('Backoff', () => {
  it('waits from 0 up to min(cap, base · 2^n), for every n', () => {
    fc.assert(
      fc.property(bounds, fc.array(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), { maxLength: 80 }), (limits, rolls) => {
        let roll = 0;
        const backoff = new Backoff(limits, () => roll);
        rolls.forEach((value, failures) => {
          roll = value;
          const waitMs = backoff.nextMs();
          expect(waitMs).toBeGreaterThanOrEqual(0);
          expect(waitMs).toBeLessThanOrEqual(Math.min(limits.capMs, limits.baseMs * 2 ** failures));
        });
      }),
      { numRuns: 2_000 },
    );
  });

  it('uses the whole range: the jitter is full', () => {
    const low = new Backoff({ baseMs: 100, capMs: 1_000 }, () => 0);
    const high = new Backoff({ baseMs: 100, capMs: 1_000 }, () => 1);
    expect([1, 2, 3, 4, 5, 6].map(() => low.nextMs())).toEqual([0, 0, 0, 0, 0, 0]);
    expect([1, 2, 3, 4, 5, 6].map(() => high.nextMs())).toEqual([100, 200, 400, 800, 1_000, 1_000]);
  });

  it('starts over after a reset', () => {
    const backoff = new Backoff({ baseMs: 100, capMs: 1_000 }, () => 1);
    backoff.nextMs();
    backoff.nextMs();
    backoff.reset();
    expect(backoff.nextMs()).toBe(100);
  });
});
