import fc from 'fast-check';
import { Pace } from './pace';

const perSeconds = fc.double({ min: 0.01, max: 100_000, noNaN: true });

describe('Pace', () => {
  it('never lets more go than the rate and one burst allow, whenever it is asked', () => {
    fc.assert(
      fc.property(perSeconds, fc.array(fc.tuple(fc.double({ min: 0, max: 5_000, noNaN: true }), fc.nat(100_000))), (perSecond, looks) => {
        const pace = new Pace(perSecond, 0);
        let nowMs = 0;
        let gone = 0;
        for (const [sinceMs, most] of looks) {
          nowMs += sinceMs;
          const count = pace.take(nowMs, most);
          gone += count;
          expect(count).toBeLessThanOrEqual(most);
          expect(gone).toBeLessThanOrEqual((nowMs / 1_000) * perSecond + 1 + perSecond / 2 + 1e-6);
        }
      }),
    );
  });

  it('lets all go in the time that the rate asks, when it is looked at often', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 50_000 }), fc.integer({ min: 1, max: 120 }), (total, seconds) => {
        const pace = new Pace(total / seconds, 0);
        let gone = 0;
        for (let nowMs = 0; nowMs <= seconds * 1_000; nowMs += 100) gone += pace.take(nowMs, total - gone);
        expect(gone).toBe(total);
      }),
      { numRuns: 50 },
    );
  });

  it('does not make up for a stall', () => {
    const pace = new Pace(100, 0);
    pace.take(0, 1);
    expect(pace.take(60_000, 10_000)).toBe(51);
  });
});
