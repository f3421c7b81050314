import fc from 'fast-check';
import { OrderedResults } from './ordered-results';

describe('Results', () => {
  it('are written in the order of their places, whatever the order in which they come', async () => {
    const order = fc.shuffledSubarray([0, 1, 2, 3, 4, 5, 6, 7, 8, 9], { minLength: 10 });
    await fc.assert(
      fc.asyncProperty(order, fc.array(fc.boolean(), { minLength: 10, maxLength: 10 }), async (came, turns) => {
        const written: string[] = [];
        const due: (() => void)[] = [];
        const results = new OrderedResults(
          (text) => written.push(text),
          (callback) => due.push(callback),
        );
        const places = came.map(() => results.next());
        const finished = results.finished();
        came.forEach((place, index) => {
          places[place]?.(String(place));
          if (turns[index] === true) for (const callback of due.splice(0)) callback();
        });
        for (const callback of due.splice(0)) callback();
        await finished;
        expect(written.join('')).toBe('0123456789');
      }),
    );
  });

  it('that come together are written together', () => {
    const written: string[] = [];
    const due: (() => void)[] = [];
    const results = new OrderedResults(
      (text) => written.push(text),
      (callback) => due.push(callback),
    );
    for (const place of [results.next(), results.next(), results.next()]) place('x');
    for (const callback of due) callback();
    expect(written).toEqual(['xxx']);
  });

  it('are finished at once if there are none', async () => {
    await expect(
      new OrderedResults(
        () => undefined,
        () => undefined,
      ).finished(),
    ).resolves.toBeUndefined();
  });
});
