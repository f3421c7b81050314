import { type Reply } from '@switchboard/protocol/events';
import { AwaitReplies } from './await-replies';

const WRITTEN: Reply = { name: 'outcome', outcome: 'written' };
const DONE: Reply = { name: 'done', server: 's1', connections: 3 };

describe('AwaitReplies', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  const own = { slot: 4, databaseOffsetMs: 60_000 };

  it('gives an answer to whoever waits for it, and to nobody else', async () => {
    const waits = new AwaitReplies(own, 10);
    const [one, other] = [waits.begin(1_000), waits.begin(1_000)];
    waits.replied(one.address.id, WRITTEN);
    await expect(one.replies).resolves.toEqual([WRITTEN]);
    expect(one.address.slot).toBe(4);
    expect(waits.size).toBe(1);
    jest.advanceTimersByTime(1_000);
    await expect(other.replies).resolves.toEqual([]);
  });

  it('waits for as many as are expected, and no longer than its time', async () => {
    const waits = new AwaitReplies(own, 10);
    const [all, some] = [waits.begin(1_000), waits.begin(1_000)];
    for (const { expect: count, address } of [all, some]) {
      count(2);
      waits.replied(address.id, DONE);
    }
    waits.replied(all.address.id, DONE);
    await expect(all.replies).resolves.toEqual([DONE, DONE]);
    jest.advanceTimersByTime(1_000);
    await expect(some.replies).resolves.toEqual([DONE]);
    waits.replied(some.address.id, DONE);
    expect(waits.size).toBe(0);
  });

  it('ends at once when nothing is to be expected', async () => {
    const wait = new AwaitReplies(own, 10).begin(1_000);
    wait.expect(0);
    await expect(wait.replies).resolves.toEqual([]);
  });

  it('tells its deadline on the clock of the database', () => {
    const { deadlineMs } = new AwaitReplies(own, 10).begin(1_000);
    expect(deadlineMs).toBe(Date.now() + 61_000);
  });

  it('lets no more wait than may', () => {
    const waits = new AwaitReplies(own, 1);
    const first = waits.begin(1_000);
    expect(() => waits.begin(1_000)).toThrow(expect.objectContaining({ code: 'overloaded' }) as Error);
    waits.replied(first.address.id, WRITTEN);
    expect(() => waits.begin(1_000)).not.toThrow();
  });

  it('cannot be answered without a slot', () => {
    const waits = new AwaitReplies({ slot: undefined, databaseOffsetMs: 0 }, 10);
    expect(() => waits.begin(1_000)).toThrow(expect.objectContaining({ code: 'unavailable' }) as Error);
  });

  it('lets everybody go when it closes', async () => {
    const waits = new AwaitReplies(own, 10);
    const wait = waits.begin(30_000);
    waits.close();
    await expect(wait.replies).resolves.toEqual([]);
    expect(() => waits.begin(1)).toThrow(expect.objectContaining({ code: 'unavailable' }) as Error);
  });
});
