import { Readiness } from './readiness';

describe('Readiness', () => {
  it('names the checks that fail: false, rejected, or too slow', async () => {
    const readiness = new Readiness(
      [
        { name: 'fine', isReady: () => true },
        { name: 'false', isReady: () => false },
        {
          name: 'throws',
          isReady: () => {
            throw new Error('boom');
          },
        },
        { name: 'rejects', isReady: () => Promise.reject(new Error('boom')) },
        { name: 'hangs', isReady: () => new Promise(() => undefined) },
      ],
      { deadlineMs: 5 },
    );
    expect(await readiness.failedChecks()).toEqual(['false', 'throws', 'rejects', 'hangs']);
  });

  it('checks once for all probes that ask at the same time, and keeps the answer for a while', async () => {
    let nowMs = 0;
    let checked = 0;
    let finish: (isReady: boolean) => void = () => undefined;
    const check = {
      name: 'database',
      isReady: () =>
        new Promise<boolean>((resolve) => {
          checked += 1;
          finish = resolve;
        }),
    };
    const readiness = new Readiness([check], { keptMs: 1_000, nowMs: () => nowMs });
    const answers = [readiness.failedChecks(), readiness.failedChecks()];
    finish(true);
    expect(await Promise.all(answers)).toEqual([[], []]);
    nowMs = 999;
    expect(await readiness.failedChecks()).toEqual([]);
    expect(checked).toBe(1);
    nowMs = 1_000;
    const next = readiness.failedChecks();
    finish(false);
    expect(await next).toEqual(['database']);
    expect(checked).toBe(2);
  });
});
