import { ExpiryWatch } from './expiry-watch';

describe('ExpiryWatch', () => {
  function watched(): { watch: ExpiryWatch<string>; expired: string[]; passTo: (ms: number) => void } {
    let nowMs = 0;
    const expired: string[] = [];
    const watch = new ExpiryWatch<string>(
      (peer) => expired.push(peer),
      () => nowMs,
    );
    const passTo = (ms: number): void => {
      nowMs = ms;
      watch.check();
    };
    return { watch, expired, passTo };
  }

  it('tells of each once its time is over, and never before', () => {
    const { watch, expired, passTo } = watched();
    watch.set('first', 1_500);
    watch.set('second', 2_500);
    passTo(1_499);
    expect(expired).toEqual([]);
    passTo(2_000);
    expect(expired).toEqual(['first']);
    passTo(10_000);
    passTo(20_000);
    expect(expired).toEqual(['first', 'second']);
    expect(watch.size).toBe(0);
  });

  it('takes the time that was said last', () => {
    const { watch, expired, passTo } = watched();
    watch.set('refreshed', 1_000);
    watch.set('refreshed', 5_000);
    passTo(4_000);
    expect(expired).toEqual([]);
    passTo(5_000);
    expect(expired).toEqual(['refreshed']);
  });

  it('forgets who is removed, and tells at once of a time that is over already', () => {
    const { watch, expired, passTo } = watched();
    passTo(9_000);
    watch.set('gone', 10_000);
    watch.set('late', 1_000);
    watch.remove('gone');
    passTo(10_000);
    expect(expired).toEqual(['late']);
  });

  it.each([2 ** 31, Number.MAX_SAFE_INTEGER, 1e300, Infinity])('is not troubled by a time as far away as %p', (atMs) => {
    const { watch, expired, passTo } = watched();
    watch.set('far', atMs);
    passTo(2 ** 31 - 1);
    expect(expired).toEqual([]);
    watch.remove('far');
    expect(watch.size).toBe(0);
  });
});
