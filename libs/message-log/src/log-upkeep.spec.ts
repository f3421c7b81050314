import { LogUpkeep } from './log-upkeep';

function upkeepOf(ensure: () => Promise<readonly string[]>, postponed: readonly string[] = []) {
  const delaysMs: number[] = [];
  const alarms: (() => void)[] = [];
  const told: string[] = [];
  const upkeep = new LogUpkeep(
    {
      partitions: { ensure, dropExpired: () => Promise.resolve({ dropped: ['messages_20261101'], postponed }) },
      log: { forgetKeys: () => Promise.resolve(3), forgetDevices: () => Promise.resolve(0) },
    },
    {
      intervalMs: 3_600_000,
      log: { log: (message) => told.push(message), warn: (message) => told.push(`warning: ${message}`) },
      timers: {
        nowMs: () => 0,
        after: (delayMs, run) => {
          delaysMs.push(delayMs);
          alarms.push(run);
          return () => alarms.splice(alarms.indexOf(run), 1);
        },
      },
    },
  );
  const rounds = async (): Promise<void> => {
    for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
  };
  return { upkeep, delaysMs, alarms, told, rounds };
}

describe('LogUpkeep', () => {
  it('runs at once and then once per interval, give or take a tenth', async () => {
    const { upkeep, delaysMs, alarms, told, rounds } = upkeepOf(() => Promise.resolve(['messages_20261201']));
    upkeep.start();
    await rounds();
    expect(told).toEqual([
      'made the partitions messages_20261201',
      'dropped the expired partitions messages_20261101',
      'forgot 3 idempotency keys of more than a day ago',
    ]);
    alarms.shift()?.();
    await rounds();
    expect(told).toHaveLength(6);
    expect(delaysMs).toHaveLength(2);
    for (const delayMs of delaysMs) expect(Math.abs(delayMs - 3_600_000)).toBeLessThanOrEqual(360_000);
    await upkeep.stop();
    expect(alarms).toEqual([]);
  });

  it('tries again soon after a failure, which it tells of', async () => {
    const { upkeep, delaysMs, told, rounds } = upkeepOf(() => Promise.reject(new Error('no database')));
    upkeep.start();
    await rounds();
    expect(told).toEqual([expect.stringMatching(/^warning: .*no database/)]);
    expect(delaysMs[0]).toBeLessThanOrEqual(66_000);
    await upkeep.stop();
  });

  it('tries again soon what could not be dropped', async () => {
    const { upkeep, delaysMs, rounds } = upkeepOf(() => Promise.resolve([]), ['messages_20261102']);
    upkeep.start();
    await rounds();
    expect(delaysMs[0]).toBeLessThanOrEqual(66_000);
    await upkeep.stop();
  });

  it('starts no round after it was stopped in the middle of one', async () => {
    let finish: (names: readonly string[]) => void = () => undefined;
    const { upkeep, delaysMs } = upkeepOf(() => new Promise((resolve) => (finish = resolve)));
    upkeep.start();
    const stopped = upkeep.stop();
    finish([]);
    await stopped;
    expect(delaysMs).toEqual([]);
  });
});
