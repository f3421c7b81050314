import { LocalStreams } from './local-streams';
import { ReconcileRound } from './reconcile-round';

const TICK_MS = 100;
const ROUND_MS = 1_000;

function followed(count: number): LocalStreams {
  const streams = new LocalStreams(() => undefined, {
    onDelivering: () => undefined,
    databaseNowMs: () => 0,
    limits: { heldEvents: 1, heldBytes: 1, sliceSize: 1 },
  });
  for (let index = 0; index < count; index += 1) streams.follow(`user:${String(index)}`, { hasRoom: true, write: () => true });
  return streams;
}

describe('ReconcileRound', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  it('asks for every stream once a round, spread evenly', async () => {
    const asked: number[] = [];
    const streams = new Set<string>();
    const heads = (seen: readonly { stream: string }[]): Promise<[]> => {
      asked.push(seen.length);
      for (const { stream } of seen) streams.add(stream);
      return Promise.resolve([]);
    };
    const round = new ReconcileRound(followed(95), { heads }, { repaired: jest.fn(), roundFailed: jest.fn() }, ROUND_MS);
    round.start();
    await jest.advanceTimersByTimeAsync(ROUND_MS);
    round.stop();
    expect(streams.size).toBe(95);
    expect(asked.reduce((sum, count) => sum + count, 0)).toBe(95);
    expect(Math.max(...asked)).toBeLessThanOrEqual(10);
  });

  it('lets a stream hear of a head that is ahead, and of no other', async () => {
    const streams = followed(2);
    streams.heard('user:1', 7);
    const repaired = jest.fn();
    const heads = (): Promise<{ stream: string; head: number }[]> =>
      Promise.resolve([
        { stream: 'user:0', head: 3 },
        { stream: 'user:1', head: 5 },
      ]);
    await new ReconcileRound(streams, { heads }, { repaired, roundFailed: jest.fn() }, ROUND_MS).sweep();
    expect(repaired.mock.calls).toEqual([['user:0']]);
    expect([streams.highestHeard('user:0'), streams.highestHeard('user:1')]).toEqual([3, 7]);
  });

  it('goes on after the log could not be asked', async () => {
    let calls = 0;
    const heads = (): Promise<never> => {
      calls += 1;
      return Promise.reject(new Error('away'));
    };
    const roundFailed = jest.fn();
    const round = new ReconcileRound(followed(1), { heads }, { repaired: jest.fn(), roundFailed }, TICK_MS);
    round.start();
    await jest.advanceTimersByTimeAsync(5 * TICK_MS);
    round.stop();
    expect(calls).toBe(5);
    expect(roundFailed).toHaveBeenCalledTimes(5);
  });
});
