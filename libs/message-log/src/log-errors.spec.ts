import { BatcherFullError, HotQueryError } from '@switchboard/database';
import { appendError, readError } from './log-errors';
import { runSplit } from './run-split';

const refused = (sqlState: string): HotQueryError => new HotQueryError('refused', sqlState, new Error('no'));

describe('appendError', () => {
  it.each([
    ['overloaded', new BatcherFullError(5)],
    ['unavailable', new HotQueryError('not_sent', undefined, new Error('refused'))],
    ['unavailable', refused('53300')],
    ['unavailable', refused('40P01')],
    ['unavailable', refused('57014')],
    ['unavailable', refused('57P01')],
    ['unavailable', refused('25006')],
    ['internal', refused('22021')],
    ['internal', refused('42P01')],
    ['outcome_unknown', new HotQueryError('unknown', '57P01', new Error('terminated'))],
    ['outcome_unknown', new HotQueryError('unknown', undefined, new Error('reset'))],
    ['internal', new TypeError('a bug')],
  ])('says %s of %s', (code, error) => {
    expect(appendError(error)).toMatchObject({ code, cause: error });
  });
});

describe('readError', () => {
  it('calls a broken connection unavailable, since a read changes nothing', () => {
    expect(readError(new HotQueryError('unknown', undefined, new Error('reset'))).code).toBe('unavailable');
  });
});

describe('runSplit', () => {
  const toError = (error: unknown): Error => error as Error;

  it('lets a bad item fail alone', async () => {
    const runs: number[][] = [];
    const results = await runSplit(
      [1, 2, 3, 4, 5],
      (items) => {
        runs.push([...items]);
        return items.includes(4) ? Promise.reject(refused('22021')) : Promise.resolve(items.map((item) => item * 10));
      },
      toError,
    );
    expect(results).toEqual([10, 20, 30, expect.any(HotQueryError), 50]);
    expect(runs).toEqual([[1, 2, 3, 4, 5], [1, 2, 3], [4, 5], [4], [5]]);
  });

  it('repeats nothing that may have been done, nor what is no fault of an item', async () => {
    for (const error of [new HotQueryError('unknown', '22021', new Error('?')), refused('53300')]) {
      const run = jest.fn(() => Promise.reject(error));
      await expect(runSplit([1, 2], run, toError)).resolves.toEqual([error, error]);
      expect(run).toHaveBeenCalledTimes(1);
    }
  });
});
