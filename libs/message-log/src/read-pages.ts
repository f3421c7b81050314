import { hotStatement, int8Array, textArray, uuidBytes, type HotConnection } from '@switchboard/database';
import type { StreamKey } from '@switchboard/protocol';
import { encodeMessageId } from '@switchboard/protocol/events';
import type { LogPage, LogRow } from './log-page';

/**
 * A page per stream whose head is not where the reader stands. The running sum of octet_length does not fetch large contents from where
 * they are stored, so only what a page holds is read. The content travels as text: pg would print bytea as hexadecimal digits, twice the
 * size. Head and rows come from one snapshot; this is what makes a missing number a proof.
 */
const READ_PAGES = hotStatement(
  'read_pages',
  `SELECT r.ord, coalesce(s.head, 0), p.candidates, p.seq, p.id,
          (extract(epoch FROM p.created_at) * 1000)::int8, (extract(epoch FROM p.expires_at) * 1000)::int8, convert_from(p.payload, 'UTF8'),
          p.recalled_at IS NOT NULL
   FROM unnest($1::text[], $2::int8[]) WITH ORDINALITY AS r(stream, after, ord)
   LEFT JOIN streams s ON s.key = r.stream
   LEFT JOIN LATERAL (
     SELECT * FROM (
       SELECT c.*, count(*) OVER () AS candidates, sum(octet_length(c.payload)) OVER (ORDER BY c.seq ROWS UNBOUNDED PRECEDING) AS bytes
       FROM (
         SELECT m.seq, m.id, m.created_at, m.expires_at, m.recalled_at, m.payload FROM messages m
         WHERE m.stream = r.stream AND m.seq > r.after AND m.expires_at > now()
         ORDER BY m.seq LIMIT $3::int8
       ) c
     ) b WHERE b.bytes <= $4::int8 OR b.bytes = octet_length(b.payload)
     ORDER BY b.seq
   ) p ON true
   WHERE coalesce(s.head, 0) <> r.after`,
);

type PageRow = readonly [
  ord: number,
  head: number,
  candidates: number | null,
  seq: number | null,
  id: string,
  createdMs: number,
  expiresMs: number,
  content: string,
  isRecalled: boolean,
];

/** Where a page is to begin. */
export interface PageRequest {
  readonly stream: StreamKey;
  readonly after: number;
}

/** The bounds of one page. */
export interface PageBounds {
  readonly rows: number;
  /** Of content; a page holds at least one message. */
  readonly bytes: number;
}

/** Reads a page for each request, in their order. @throws HotQueryError */
export async function readPages(connection: HotConnection, requests: readonly PageRequest[], bounds: PageBounds): Promise<LogPage[]> {
  const rows = await connection.query<PageRow>(READ_PAGES, [
    textArray(requests.map(({ stream }) => stream)),
    int8Array(requests.map(({ after }) => after)),
    bounds.rows,
    bounds.bytes,
  ]);
  const rowsOf = new Map<number, PageRow[]>();
  for (const row of rows) {
    const others = rowsOf.get(row[0]);
    if (others === undefined) rowsOf.set(row[0], [row]);
    else others.push(row);
  }
  return requests.map((request, index) => pageOf(request, rowsOf.get(index + 1) ?? [], bounds));
}

function pageOf({ stream, after }: PageRequest, found: readonly PageRow[], bounds: PageBounds): LogPage {
  const head = found[0]?.[1] ?? after;
  const present = found.filter(([, , , seq]) => seq !== null);
  const candidates = found[0]?.[2] ?? 0;
  const isCut = candidates === bounds.rows || present.length < candidates;
  return {
    stream,
    after,
    through: isCut ? (present.at(-1)?.[3] ?? head) : head,
    head,
    rows: present.flatMap((row) => rowOf(stream, row)),
    recalled: present.flatMap(([, , , seq, , , , , isRecalled]) => (isRecalled && seq !== null ? [seq] : [])),
  };
}

/** None for a message that was recalled. */
function rowOf(stream: StreamKey, [, , , seq, id, timeMs, expiresAtMs, content, isRecalled]: PageRow): LogRow[] {
  if (seq === null || isRecalled) return [];
  return [{ seq, id: encodeMessageId({ uuid: uuidBytes(id), stream, seq }), timeMs, expiresAtMs, content: Buffer.from(content) }];
}
