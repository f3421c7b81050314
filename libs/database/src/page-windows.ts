import type { HotConnection } from './hot-pool';
import { hotStatement, type HotStatement } from './hot-statement';

/** 2 MiB: a statement reads it within a few milliseconds, and deletes some 20,000 rows at most. */
const PAGES_PER_WINDOW = 256;

const COUNT_PAGES = hotStatement('count_pages', `SELECT (pg_relation_size($1::regclass) / current_setting('block_size')::int)::int`);

/**
 * A statement that deletes the rows `c` of one window of pages that fulfil a condition; its parameters begin with $3. Rows that somebody
 * is writing at that moment are left: waiting for them could deadlock with a server that registers again.
 * @param andThen a statement that is run with it, and reads the deleted rows as `gone`
 */
export function windowDelete(table: string, purpose: string, condition: string, andThen?: string): HotStatement {
  return hotStatement(
    `${purpose}_${table}`,
    `WITH gone AS (
       DELETE FROM ${table} WHERE ctid = ANY (ARRAY(
         SELECT c.ctid FROM ${table} c WHERE c.ctid >= $1::tid AND c.ctid < $2::tid AND ${condition} FOR UPDATE OF c SKIP LOCKED))
       RETURNING *)${andThen === undefined ? '' : `, told AS (${andThen})`}
     SELECT count(*)::int FROM gone`,
  );
}

/**
 * Walks over all pages that a table has now, window by window, so that no statement takes long and no index is needed.
 * @returns how many rows were deleted
 */
export async function deleteByWindows(
  hot: HotConnection,
  table: string,
  statement: HotStatement,
  values: readonly unknown[],
): Promise<number> {
  const [size] = await hot.query<[number]>(COUNT_PAGES, [table]);
  let deleted = 0;
  for (let page = 0; page < (size?.[0] ?? 0); page += PAGES_PER_WINDOW) {
    const window = [tid(page), tid(page + PAGES_PER_WINDOW)];
    const [row] = await hot.query<[number]>(statement, [...window, ...values]);
    deleted += row?.[0] ?? 0;
  }
  return deleted;
}

function tid(page: number): string {
  return `(${String(page)},0)`;
}
