import { type Reply, type Wait } from '@switchboard/protocol/events';
import { AwaitOutcome } from './await-outcome';
import { AwaitReplies } from './await-replies';
import { type Routed } from './route-event';

const WISH = { until: 'written', timeoutMs: 1_000 } as const;
const WRITTEN: Reply = { name: 'outcome', outcome: 'written', device: 'phone' };
const FOLLOWED = { isFollowed: true };

function setUp(slot: number | undefined = 4, mostWaiters = 10) {
  const awaitReplies = new AwaitReplies({ slot, databaseOffsetMs: 0 }, mostWaiters);
  const waits: (Wait | undefined)[] = [];
  const send = (routed: Promise<Routed>, reply?: Reply) => (wait: Wait | undefined) => {
    waits.push(wait);
    if (reply !== undefined && wait !== undefined) awaitReplies.replied(wait.id, reply);
    return Promise.resolve({ id: 'm', routed });
  };
  return { awaitReplies, waits, send, awaitOutcome: new AwaitOutcome(awaitReplies) };
}

describe('AwaitOutcome', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  it('tells what a server answers, and on which device', async () => {
    const { awaitOutcome, awaitReplies, send, waits } = setUp();
    const { sent, outcome } = await awaitOutcome.of(WISH, send(Promise.resolve(FOLLOWED), WRITTEN));
    expect([sent.id, outcome]).toEqual(['m', { outcome: 'written', device: 'phone' }]);
    expect(waits[0]).toMatchObject({ slot: 4, until: 'written', deadlineMs: Date.now() + WISH.timeoutMs });
    expect(awaitReplies.size).toBe(0);
  });

  it('does not wait for the routing once there is an answer', async () => {
    const { awaitOutcome, send } = setUp();
    const never = new Promise<Routed>(() => undefined);
    await expect(awaitOutcome.of(WISH, send(never, WRITTEN))).resolves.toMatchObject({ outcome: { outcome: 'written' } });
  });

  it('is offline at once where no server holds the user', async () => {
    const { awaitOutcome, awaitReplies, send } = setUp();
    const { outcome } = await awaitOutcome.of(WISH, send(Promise.resolve({ isFollowed: false })));
    expect([outcome, awaitReplies.size]).toEqual([{ outcome: 'offline' }, 0]);
  });

  it('is pending when the time is over', async () => {
    const { awaitOutcome, awaitReplies, send } = setUp();
    const waited = awaitOutcome.of(WISH, send(Promise.resolve(FOLLOWED)));
    await jest.advanceTimersByTimeAsync(WISH.timeoutMs - 1);
    expect(awaitReplies.size).toBe(1);
    await jest.advanceTimersByTimeAsync(1);
    await expect(waited).resolves.toMatchObject({ outcome: { outcome: 'pending' } });
    expect(awaitReplies.size).toBe(0);
  });

  it('sends though it cannot be answered, and is pending at once', async () => {
    const { send, waits } = setUp();
    const awaitOutcome = new AwaitOutcome(new AwaitReplies({ slot: undefined, databaseOffsetMs: 0 }, 10));
    const waited = await awaitOutcome.of(WISH, send(Promise.resolve(FOLLOWED)));
    expect([waited.outcome, waits]).toEqual([{ outcome: 'pending' }, [undefined]]);
  });

  it('sends nothing while too many wait', async () => {
    const { awaitOutcome, send, waits } = setUp(4, 0);
    await expect(awaitOutcome.of(WISH, send(Promise.resolve(FOLLOWED)))).rejects.toMatchObject({ code: 'overloaded' });
    expect(waits).toEqual([]);
  });

  it('waits no longer when sending has failed', async () => {
    const { awaitOutcome, awaitReplies } = setUp();
    await expect(awaitOutcome.of(WISH, () => Promise.reject(new Error('no log')))).rejects.toThrow('no log');
    expect(awaitReplies.size).toBe(0);
  });
});
