import { isBadValue } from './sql-state';

/**
 * Runs a batch as one statement. If the database refuses a value, the batch is split in halves, one after the other, until the bad item
 * fails alone: one bad item among n costs some 2 log2(n) statements more. Any other error is that of each item of its half, which is not
 * tried again: it may have been committed, and the other half may have been too.
 * @returns a result or an error per item, in their order; never rejects
 */
export async function runSplit<Item, Result>(
  items: readonly Item[],
  run: (items: readonly Item[]) => Promise<readonly (Result | Error)[]>,
): Promise<readonly (Result | Error)[]> {
  try {
    return await run(items);
  } catch (thrown) {
    const error = thrown instanceof Error ? thrown : new Error(String(thrown));
    if (items.length === 1 || !isBadValue(error)) return items.map(() => error);
    const middle = Math.ceil(items.length / 2);
    const first = await runSplit(items.slice(0, middle), run);
    return [...first, ...(await runSplit(items.slice(middle), run))];
  }
}
