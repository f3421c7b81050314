import { leaseTimeouts } from './lease-timeouts';

const others = { connectTimeoutMs: 3_000, statementTimeoutMs: 5_000 };
/** As lease-rules.ts has them: the renewal, and the longest waits after the first and the second failure. */
const WAITS_OF_LEASE = 1 / 3 + 1 / 50 + 1 / 25;

describe('leaseTimeouts', () => {
  it.each([3_000, 10_000, 300_000])('let two tries fail within a lease of %i ms, and leave time for a third', (leaseMs) => {
    const { connectTimeoutMs, statementTimeoutMs, readMarginMs } = leaseTimeouts({ ...others, leaseMs });
    const longestTryMs = connectTimeoutMs + statementTimeoutMs + readMarginMs;
    expect(longestTryMs).toBeLessThan(leaseMs / 3);
    expect(leaseMs * WAITS_OF_LEASE + 2 * longestTryMs).toBeLessThan(leaseMs * 0.9);
  });

  it('are never longer than those of other statements', () => {
    expect(leaseTimeouts({ ...others, leaseMs: 300_000 })).toMatchObject(others);
    expect(leaseTimeouts({ connectTimeoutMs: 100, statementTimeoutMs: 100, leaseMs: 10_000 })).toMatchObject({
      connectTimeoutMs: 100,
      statementTimeoutMs: 100,
    });
  });
});
