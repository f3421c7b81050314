import { isBadValue, runSplit } from '@switchboard/database';
import { LeaseLostError, type Lease } from './lease';

/** How the rows of one table are written. */
export interface RowWriter<Wanted> {
  /** Whether the row is to be there. */
  isPresent(wanted: Wanted): boolean;
  /** @returns false if the lease is lost; then nothing was written */
  insert(lease: Lease, wanted: readonly Wanted[]): Promise<boolean>;
  remove(lease: Lease, wanted: readonly Wanted[]): Promise<void>;
}

/**
 * Writes one batch, at most one insert and one delete unless an item is at fault. Rows are removed under the present lease; those of an
 * earlier one count for nothing, and the cleaner removes them. So without a lease there is nothing to remove, and nothing can be written.
 * @returns in the order of the batch: undefined, or why the row can never be written
 * @throws HotQueryError if the database failed; both statements have ended by then
 */
export async function applyChanges<Wanted>(
  batch: readonly Wanted[],
  current: Lease | undefined,
  writer: RowWriter<Wanted>,
): Promise<readonly (Error | undefined)[]> {
  const results = new Map<Wanted, Error | undefined>();
  const inserts: Wanted[] = [];
  const removals: Wanted[] = [];
  for (const wanted of batch) {
    if (!writer.isPresent(wanted)) removals.push(wanted);
    else if (current !== undefined) inserts.push(wanted);
    else results.set(wanted, new LeaseLostError());
  }
  if (current !== undefined) {
    const written = await Promise.allSettled([
      writeAll(inserts, results, async (rows) => {
        const refusal = (await writer.insert(current, rows)) ? undefined : new LeaseLostError(current);
        return rows.map(() => refusal);
      }),
      writeAll(removals, results, async (rows) => {
        await writer.remove(current, rows);
        return rows.map(() => undefined);
      }),
    ]);
    for (const outcome of written) if (outcome.status === 'rejected') throw outcome.reason;
  }
  return batch.map((wanted) => results.get(wanted));
}

async function writeAll<Wanted>(
  rows: readonly Wanted[],
  results: Map<Wanted, Error | undefined>,
  write: (rows: readonly Wanted[]) => Promise<readonly (Error | undefined)[]>,
): Promise<void> {
  if (rows.length === 0) return;
  const errors = await runSplit<Wanted, undefined>(rows, write);
  const failure = errors.find((error) => error !== undefined && !(error instanceof LeaseLostError) && !isBadValue(error));
  if (failure !== undefined) throw failure;
  rows.forEach((row, index) => results.set(row, errors[index]));
}
