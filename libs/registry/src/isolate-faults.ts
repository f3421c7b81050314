import { HotQueryError } from '@switchboard/database';

/**
 * Runs a batch; if its data are at fault (SQLSTATE classes 22 and 23), each half by itself, down to the single items: one bad item must not
 * hold up the others for ever. Any other error is thrown on.
 * @returns in the order of the items: undefined, or why that item can never be written
 */
export async function isolateFaults<Item>(
  items: readonly Item[],
  run: (items: readonly Item[]) => Promise<Error | undefined>,
): Promise<readonly (Error | undefined)[]> {
  try {
    const refusal = await run(items);
    return items.map(() => refusal);
  } catch (error) {
    if (!isFaultOfData(error)) throw error;
    if (items.length === 1) return [error];
    const middle = Math.ceil(items.length / 2);
    return [...(await isolateFaults(items.slice(0, middle), run)), ...(await isolateFaults(items.slice(middle), run))];
  }
}

function isFaultOfData(error: unknown): error is HotQueryError {
  return error instanceof HotQueryError && /^2[23]/.test(error.sqlState ?? '');
}
