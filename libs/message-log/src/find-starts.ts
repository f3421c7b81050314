import { hotStatement, int8Array, textArray, type HotConnection } from '@switchboard/database';
import type { StartPosition, StreamStart } from './stream-start';

/** What stands for `earliest` among the wished positions; a resume is never below 0. */
const EARLIEST = -1;
/** What stands for `now`: beyond every head. */
const NOW = Number.MAX_SAFE_INTEGER;

const FIND_STARTS = hotStatement(
  'find_starts',
  `SELECT r.ord, coalesce(s.head, 0), CASE WHEN r.wish = ${String(EARLIEST)} THEN (
     SELECT m.seq - 1 FROM messages m WHERE m.stream = r.stream AND m.expires_at > now() AND m.recalled_at IS NULL ORDER BY m.seq LIMIT 1
   ) END
   FROM unnest($1::text[], $2::int8[]) WITH ORDINALITY AS r(stream, wish, ord)
   LEFT JOIN streams s ON s.key = r.stream`,
);

type StartRow = readonly [ord: number, head: number, beforeEarliest: number | null];

/** Where each subscription begins, in the order of the requests. @throws HotQueryError */
export async function findStarts(connection: HotConnection, requests: readonly StreamStart[]): Promise<StartPosition[]> {
  const wishes = requests.map(wishOf);
  const rows = await connection.query<StartRow>(FIND_STARTS, [textArray(requests.map(({ stream }) => stream)), int8Array(wishes)]);
  const byOrd = new Map(rows.map((row) => [row[0], row]));
  return wishes.map((wish, index) => {
    const [, head, beforeEarliest] = byOrd.get(index + 1) ?? [0, 0, null];
    return { after: wish === EARLIEST ? (beforeEarliest ?? head) : Math.min(wish, head), head };
  });
}

function wishOf({ from }: StreamStart): number {
  switch (from.kind) {
    case 'resume':
      return Math.max(0, from.after);
    case 'now':
      return NOW;
    case 'earliest':
      return EARLIEST;
  }
}
