import { HotQueryError } from './hot-query-error';
import { runSplit } from './run-split';

const refused = (sqlState: string): HotQueryError => new HotQueryError('refused', sqlState, new Error('no'));

describe('runSplit', () => {
  it('lets a bad item fail alone', async () => {
    const runs: number[][] = [];
    const results = await runSplit([1, 2, 3, 4, 5], (items) => {
      runs.push([...items]);
      return items.includes(4) ? Promise.reject(refused('22021')) : Promise.resolve(items.map((item) => item * 10));
    });
    expect(results).toEqual([10, 20, 30, expect.any(HotQueryError), 50]);
    expect(runs).toEqual([[1, 2, 3, 4, 5], [1, 2, 3], [4, 5], [4], [5]]);
  });

  it('repeats nothing that may have been done, nor what is no fault of an item', async () => {
    for (const error of [new HotQueryError('unknown', '22021', new Error('?')), refused('53300')]) {
      const run = jest.fn(() => Promise.reject(error));
      await expect(runSplit([1, 2], run)).resolves.toEqual([error, error]);
      expect(run).toHaveBeenCalledTimes(1);
    }
  });

  it('keeps what one half has done when the other fails otherwise', async () => {
    const away = refused('57P01');
    const errors = [refused('23505'), away];
    const results = await runSplit([1, 2, 3, 4], (items) =>
      items.length === 4 || items.includes(1) ? Promise.reject(errors.shift() ?? away) : Promise.resolve(items),
    );
    expect(results).toEqual([away, away, 3, 4]);
  });
});
