import { Logger } from '@nestjs/common';
import { type BusTransport } from '@switchboard/bus';
import { type HeldSlot, type SlotListener } from '@switchboard/registry';
import { AwaitReplies } from '@switchboard/routing';
import { AnswerSlot } from './answer-slot';

const LEASE = { slot: 3, epoch: 1 };

function setUp(outcomes: (typeof LEASE | Error)[]) {
  const followed: (readonly number[])[] = [];
  const transport = { follow: (slots: readonly number[]) => Promise.resolve(void followed.push(slots)) };
  const slot = {
    tries: 0,
    hasLeft: false,
    isStopped: false,
    async start(listener: SlotListener) {
      this.tries += 1;
      const outcome = outcomes.shift();
      if (outcome instanceof Error) throw outcome;
      await listener.position(LEASE.slot);
      return outcome;
    },
    leave() {
      this.hasLeft = true;
    },
    stop() {
      this.isStopped = true;
      return Promise.resolve();
    },
  };
  const replies = new AwaitReplies({ slot: LEASE.slot, databaseOffsetMs: 0 }, 10);
  return {
    followed,
    slot,
    replies,
    answerSlot: new AnswerSlot(slot as unknown as HeldSlot, transport as unknown as BusTransport, replies),
  };
}

describe('AnswerSlot', () => {
  beforeAll(() => {
    Logger.overrideLogger(false);
  });
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  it('reads its own slot, and not everybody’s', async () => {
    const { answerSlot, followed } = setUp([LEASE]);
    answerSlot.start();
    await jest.advanceTimersByTimeAsync(0);
    expect(followed).toEqual([[LEASE.slot]]);
  });

  it('goes on trying while there is no slot', async () => {
    const { answerSlot, slot, followed } = setUp([new Error('none free'), new Error('none free'), LEASE]);
    answerSlot.start();
    await jest.advanceTimersByTimeAsync(9_999);
    expect([slot.tries, followed]).toEqual([2, []]);
    await jest.advanceTimersByTimeAsync(1);
    expect(followed).toEqual([[LEASE.slot]]);
  });

  it('answers those who wait before the HTTP server closes, and gives the slot back after it', async () => {
    const { answerSlot, slot, replies } = setUp([new Error('none free')]);
    answerSlot.start();
    await jest.advanceTimersByTimeAsync(0);
    const wait = replies.begin(30_000);
    answerSlot.beforeApplicationShutdown();
    await expect(wait.replies).resolves.toEqual([]);
    expect([slot.hasLeft, slot.isStopped]).toEqual([true, false]);
    await answerSlot.onApplicationShutdown();
    await jest.advanceTimersByTimeAsync(60_000);
    expect([slot.tries, slot.isStopped]).toEqual([1, true]);
  });
});
