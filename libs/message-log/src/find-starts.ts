import { hotStatement, int8Array, textArray, type HotConnection } from '@switchboard/database';
import type { StartPosition, StreamStart } from './stream-start';

/** What stands for a wish that is not a number: a number is never below 0. */
const EARLIEST = -1;
const UNACKED = -2;
const NO_RESUME = -1;
/** What stands for `now`: beyond every head. */
const NOW = Number.MAX_SAFE_INTEGER;

/**
 * One statement for the subscriptions of many connections. A position beyond the head, as after a restore, is the head. A device that was not
 * known is kept with where it begins; one that was is noted as seen, if that was an hour ago.
 */
const FIND_STARTS = hotStatement(
  'find_starts',
  `WITH f AS MATERIALIZED (
     SELECT r.ord, r.user_id, r.device, coalesce(s.head, 0) AS head, d.cursor IS NULL AS is_new, d.seen_at,
            least(coalesce(s.head, 0), coalesce(nullif(r.resume, ${String(NO_RESUME)}), d.cursor, CASE r.wish
              WHEN ${String(EARLIEST)} THEN coalesce(e.before, s.head, 0)
              WHEN ${String(UNACKED)} THEN coalesce(c.acked, e.before, s.head, 0)
              ELSE r.wish END)) AS after
     FROM unnest($1::text[], $2::int8[], $3::int8[], $4::text[], $5::text[]) WITH ORDINALITY AS r(stream, resume, wish, user_id, device, ord)
     LEFT JOIN streams s ON s.key = r.stream
     LEFT JOIN user_devices d ON d.user_id = r.user_id AND d.device = r.device
     LEFT JOIN user_cursors c ON c.user_id = r.user_id AND r.wish = ${String(UNACKED)}
     LEFT JOIN LATERAL (
       SELECT m.seq - 1 AS before FROM messages m
       WHERE m.stream = r.stream AND m.expires_at > now() AND m.recalled_at IS NULL
         AND r.resume = ${String(NO_RESUME)} AND d.cursor IS NULL AND c.acked IS NULL AND r.wish IN (${String(EARLIEST)}, ${String(UNACKED)})
       ORDER BY m.seq LIMIT 1
     ) e ON true
   ), kept AS (
     INSERT INTO user_devices AS x (user_id, device, cursor, seen_at)
     SELECT DISTINCT ON (f.user_id COLLATE "C", f.device COLLATE "C") f.user_id, f.device, f.after, now() FROM f
     WHERE f.device IS NOT NULL AND (f.is_new OR f.seen_at < now() - interval '1 hour')
     ORDER BY f.user_id COLLATE "C", f.device COLLATE "C", f.after
     ON CONFLICT (user_id, device) DO UPDATE SET seen_at = EXCLUDED.seen_at
   )
   SELECT f.ord, f.head, f.after, f.is_new AND f.device IS NOT NULL FROM f`,
);

type StartRow = readonly [ord: number, head: number, after: number, isNewDevice: boolean];

/** Where subscriptions begin, and who has a device that was not known before. */
export interface FoundStarts {
  readonly positions: readonly StartPosition[];
  readonly usersOfNewDevices: readonly string[];
}

/** Where each subscription begins, in the order of the requests. @throws HotQueryError */
export async function findStarts(connection: HotConnection, requests: readonly StreamStart[]): Promise<FoundStarts> {
  const clients = requests.map(({ from }) => (from.kind === 'client' ? from : undefined));
  const rows = await connection.query<StartRow>(FIND_STARTS, [
    textArray(requests.map(({ stream }) => stream)),
    int8Array(requests.map(resumeOf)),
    int8Array(requests.map(wishOf)),
    textArray(clients.map((client) => client?.user ?? null)),
    textArray(clients.map((client) => client?.device ?? null)),
  ]);
  const byOrd = new Map(rows.map((row) => [row[0], row]));
  const found = requests.map((_, index) => byOrd.get(index + 1) ?? ([0, 0, 0, false] as const));
  return {
    positions: found.map(([, head, after]) => ({ after, head })),
    usersOfNewDevices: found.flatMap(([, , , isNewDevice], index) => (isNewDevice ? [clients[index]?.user ?? ''] : [])),
  };
}

function resumeOf({ from }: StreamStart): number {
  if (from.kind === 'resume') return Math.max(0, from.after);
  return from.kind === 'client' && from.resume !== undefined ? Math.max(0, from.resume) : NO_RESUME;
}

function wishOf({ from }: StreamStart): number {
  const wish = from.kind === 'client' ? from.start : from.kind;
  switch (wish) {
    case 'resume':
    case 'now':
      return NOW;
    case 'earliest':
      return EARLIEST;
    case 'unacked':
      return UNACKED;
  }
}
