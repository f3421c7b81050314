import { FakeTimers } from '@switchboard/testing';
import { Reconciler, ReconcilerClosedError } from './reconciler';

type Answer = 'ok' | 'away' | ((key: string) => Error | undefined);

/** A reconciler whose batches take 10 ms each, and are answered as `answers` says, the last answer for ever. */
function reconciler({ answers = ['ok'], maxBatch = 100 }: { answers?: Answer[]; maxBatch?: number } = {}) {
  const timers = new FakeTimers();
  const batches: { atMs: number; keys: string[]; values: unknown[] }[] = [];
  const failures: unknown[] = [];
  const subject = new Reconciler<string, unknown>({
    maxBatch,
    lingerMs: 5,
    timers,
    random: () => 1,
    onFailure: (error) => failures.push(error),
    apply: async (changes) => {
      batches.push({ atMs: timers.nowMs(), keys: changes.map(({ key }) => key), values: changes.map(({ value }) => value) });
      const answer = answers.length > 1 ? answers.shift() : answers[0];
      await new Promise<void>((resolve) => timers.after(10, resolve));
      if (answer === 'away') throw new Error('away');
      return changes.map(({ key }) => (typeof answer === 'function' ? answer(key) : undefined));
    },
  });
  return { subject, timers, batches, failures };
}

describe('Reconciler', () => {
  it('sends at once when it is idle, and collects while a batch is under way', async () => {
    const { subject, timers, batches } = reconciler();
    const wishes = [subject.want('a', 1), subject.want('b', 1)];
    await timers.advance(3);
    wishes.push(subject.want('c', 1), subject.want('d', 1));
    await timers.advance(20);
    await expect(Promise.all(wishes)).resolves.toEqual(['applied', 'applied', 'applied', 'applied']);
    expect(batches.map(({ atMs, keys }) => [atMs, keys])).toEqual([
      [0, ['a', 'b']],
      [10, ['c', 'd']],
    ]);
  });

  it('takes no more than a batch at a time', async () => {
    const { subject, timers, batches } = reconciler({ maxBatch: 2 });
    const wishes = ['a', 'b', 'c', 'd', 'e'].map((key) => subject.want(key, 1));
    await timers.advance(40);
    await Promise.all(wishes);
    expect(batches.map(({ keys }) => keys.length)).toEqual([2, 2, 1]);
  });

  it('tries a failed batch again with backoff, until it is recorded', async () => {
    const { subject, timers, batches, failures } = reconciler({ answers: ['away', 'away', 'away', 'ok'] });
    const wish = subject.want('a', 1);
    await timers.advance(1_000);
    await expect(wish).resolves.toBe('applied');
    expect(batches.map(({ atMs }) => atMs)).toEqual([0, 60, 170, 380]);
    expect(failures).toHaveLength(3);
  });

  it('records only the last wanted value when the database comes back', async () => {
    const { subject, timers, batches } = reconciler({ answers: ['away', 'ok'] });
    const first = subject.want('a', 'here');
    await timers.advance(20);
    const second = subject.want('a', 'gone');
    await timers.advance(100);
    await expect(Promise.all([first, second])).resolves.toEqual(['superseded', 'applied']);
    expect(batches.map(({ values }) => values)).toEqual([['here'], ['gone']]);
  });

  it('refuses only the item that can never be recorded', async () => {
    const { subject, timers } = reconciler({ answers: [(key) => (key === 'bad' ? new Error('no') : undefined)] });
    const wishes = Promise.allSettled([subject.want('good', 1), subject.want('bad', 1)]);
    await timers.advance(20);
    expect((await wishes).map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
    expect(subject.pending).toBe(0);
  });

  it('gives up what waits when it is closed, and sets no further alarm', async () => {
    const { subject, timers } = reconciler({ answers: ['away'] });
    const wish = subject.want('a', 1).catch((error: unknown) => error);
    await timers.advance(20);
    subject.close();
    await expect(wish).resolves.toBeInstanceOf(ReconcilerClosedError);
    expect(timers.pending).toBe(0);
    await expect(subject.want('b', 1)).rejects.toBeInstanceOf(ReconcilerClosedError);
  });
});
