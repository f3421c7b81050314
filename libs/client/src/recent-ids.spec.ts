import { RecentIds } from './recent-ids';

describe('RecentIds', () => {
  it('knows an id that it has just seen', () => {
    const ids = new RecentIds(3);
    expect([ids.add('a'), ids.add('a'), ids.add('b')]).toEqual([true, false, true]);
  });

  it('forgets the oldest beyond its capacity', () => {
    const ids = new RecentIds(2);
    for (const id of ['a', 'b', 'c']) ids.add(id);
    expect([ids.add('c'), ids.add('a')]).toEqual([false, true]);
  });
});
