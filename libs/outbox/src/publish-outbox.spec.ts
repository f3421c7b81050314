import { PublishOutbox } from './publish-outbox';
import { type EventPublisher } from './published-event';

function setUp(steps: (number | Error)[]) {
  const delaysMs: number[] = [];
  const alarms: (() => void)[] = [];
  const told: string[] = [];
  const parts = {
    outbox: {
      step: () => {
        const next = steps.shift() ?? 0;
        if (next instanceof Error) return Promise.reject(next);
        return Promise.resolve({ published: next, isBusy: false, hasMore: next === 500 });
      },
      dropOlderThan: () => Promise.resolve(3),
    },
    expiryReceipts: { step: () => Promise.resolve({ written: 0, hasMore: false }) },
    publisher: { publish: () => Promise.resolve(), close: () => Promise.resolve() } as EventPublisher,
    longestMs: 1_000,
    observer: {
      published: (count: number) => told.push(`published ${String(count)}`),
      dropped: (count: number) => told.push(`dropped ${String(count)}`),
      failed: (error: unknown) => told.push(`failed: ${(error as Error).message}`),
    },
    timers: {
      nowMs: () => 0,
      after: (delayMs: number, run: () => void) => {
        delaysMs.push(delayMs);
        alarms.push(run);
        return () => alarms.splice(0);
      },
    },
  };
  const publishOutbox = new PublishOutbox(parts);
  const round = async (): Promise<void> => {
    alarms.shift()?.();
    for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
  };
  return { publishOutbox, delaysMs, alarms, told, round };
}

describe('PublishOutbox', () => {
  it('goes on at once while there is more, and looks again a little later', async () => {
    const { publishOutbox, delaysMs, told, round } = setUp([500, 7, 0]);
    publishOutbox.start();
    for (let rounds = 0; rounds < 3; rounds += 1) await round();
    expect(delaysMs).toEqual([0, 0, 500, 500]);
    expect(told).toEqual(['published 500', 'published 7']);
    await publishOutbox.stop();
  });

  it('waits longer after each failure, and gives up what is too old', async () => {
    const failures = Array.from({ length: 7 }, () => new Error('away'));
    const { publishOutbox, delaysMs, told, round } = setUp([...failures, 1]);
    publishOutbox.start();
    for (let rounds = 0; rounds < 8; rounds += 1) await round();
    expect(delaysMs).toEqual([0, 500, 1_000, 2_000, 4_000, 8_000, 10_000, 10_000, 500]);
    expect(told.slice(0, 2)).toEqual(['failed: away', 'dropped 3']);
    await publishOutbox.stop();
  });

  it('does nothing after it was stopped', async () => {
    const { publishOutbox, alarms, told, round } = setUp([1]);
    publishOutbox.start();
    await publishOutbox.stop();
    await round();
    expect([alarms, told]).toEqual([[], []]);
  });
});
