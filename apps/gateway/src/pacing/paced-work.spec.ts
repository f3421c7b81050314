import { FakeTimers } from '@switchboard/testing';
import { PacedWork } from './paced-work';

describe('PacedWork', () => {
  const start = (count: number, perSecond: number) => {
    const timers = new FakeTimers();
    const acted: number[] = [];
    const done = jest.fn();
    const items = Array.from({ length: count }, (_, index) => index);
    const work = new PacedWork({ items, perSecond, act: (item) => acted.push(item), done, timers });
    work.start();
    return { timers, acted, done, work, items };
  };

  it('gives each item its turn once, in order, over the time that the rate asks', async () => {
    const { timers, acted, done, items } = start(100, 20);
    expect(acted).toEqual([0]);
    await timers.advance(2_500);
    expect(acted.length).toBeGreaterThan(45);
    expect(acted.length).toBeLessThan(55);
    expect(done).not.toHaveBeenCalled();
    await timers.advance(2_600);
    expect(acted).toEqual(items);
    expect(done).toHaveBeenCalledTimes(1);
    expect(timers.pending).toBe(0);
  });

  it('leaves the rest alone when it is stopped', async () => {
    const { timers, acted, done, work } = start(100, 20);
    await timers.advance(1_000);
    work.stop();
    const before = acted.length;
    await timers.advance(60_000);
    expect([acted.length, done.mock.calls.length, timers.pending]).toEqual([before, 0, 0]);
  });

  it('is done at once with nothing to do', () => {
    expect(start(0, 1).done).toHaveBeenCalledTimes(1);
  });
});
