import { isBadValue } from './log-errors';

/**
 * Runs a batch as one statement. If the database refuses a value, the batch is split in halves, one after the other, until the bad item
 * fails alone: one bad item among n costs some 2 log2(n) statements more.
 * @returns a result or an error per item, in their order
 */
export async function runSplit<Item, Result>(
  items: readonly Item[],
  run: (items: readonly Item[]) => Promise<readonly Result[]>,
  toError: (error: unknown) => Error,
): Promise<readonly (Result | Error)[]> {
  try {
    return await run(items);
  } catch (error) {
    if (items.length === 1 || !isBadValue(error)) return items.map(() => toError(error));
    const middle = Math.ceil(items.length / 2);
    const first = await runSplit(items.slice(0, middle), run, toError);
    return [...first, ...(await runSplit(items.slice(middle), run, toError))];
  }
}
