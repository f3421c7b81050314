import { byteaArray, hotStatement, int8Array, textArray, uuidArray, type HotConnection } from '@switchboard/database';
import type { StreamKey } from '@switchboard/protocol';
import { encodeMessageId, type MessageContent } from '@switchboard/protocol/events';
import type { AppendedMessage, Idempotency } from './new-message';

/**
 * One statement per batch. The rows of streams are locked in the order of their keys (no deadlock) and stay locked until the commit, so
 * numbers are dense and become visible in their order. A stream continues behind the larger of its head and where the incarnation begins.
 * Times are cut to milliseconds here, so that an append and a read tell the same.
 */
const APPEND = hotStatement(
  'append',
  `WITH base AS MATERIALIZED (
     SELECT incarnation::int8 << 32 AS seq, date_trunc('milliseconds', now()) AS created_at FROM log_incarnation
   ), m AS MATERIALIZED (
     SELECT t.stream COLLATE "C" AS stream, t.id, t.payload, t.ttl_ms,
            row_number() OVER (PARTITION BY t.stream COLLATE "C" ORDER BY t.ord) AS place,
            count(*) OVER (PARTITION BY t.stream COLLATE "C") AS n
     FROM unnest($1::text[], $2::uuid[], $3::bytea[], $4::int8[]) WITH ORDINALITY AS t(stream, id, payload, ttl_ms, ord)
   ), s AS (
     INSERT INTO streams AS x (key, head)
     SELECT m.stream, base.seq + count(*) FROM m, base GROUP BY m.stream, base.seq ORDER BY m.stream
     ON CONFLICT (key) DO UPDATE SET head = greatest(x.head, (SELECT seq FROM base)) + EXCLUDED.head - (SELECT seq FROM base)
     RETURNING key, head
   ), i AS (
     INSERT INTO messages (stream, seq, expires_at, id, created_at, payload)
     SELECT m.stream, s.head - m.n + m.place, base.created_at + m.ttl_ms * interval '1 millisecond', m.id, base.created_at, m.payload
     FROM m JOIN s ON s.key = m.stream, base
   )
   SELECT s.key, s.head, (extract(epoch FROM base.created_at) * 1000)::int8 FROM s, base`,
);

type AppendRow = readonly [stream: string, head: number, createdMs: number];

/** A message whose time to live and id are settled. */
export interface AppendItem {
  readonly stream: StreamKey;
  /** 16 bytes. */
  readonly uuid: Buffer;
  readonly content: MessageContent;
  readonly ttlMs: number;
  readonly idempotency?: Idempotency | undefined;
}

/** Appends a batch without keys, of which messages of one stream get their numbers in their order. All or none. @throws HotQueryError */
export async function appendMessages(connection: HotConnection, items: readonly AppendItem[]): Promise<AppendedMessage[]> {
  const rows = await connection.query<AppendRow>(APPEND, columnsOf(items));
  return number(items, rows);
}

/** The first parameters of the statements that append: streams, ids, contents, times to live. */
export function columnsOf(items: readonly AppendItem[]): Buffer[] {
  return [
    textArray(items.map(({ stream }) => stream)),
    uuidArray(items.map(({ uuid }) => uuid)),
    byteaArray(items.map(({ content }) => content)),
    int8Array(items.map(({ ttlMs }) => ttlMs)),
  ];
}

function number(items: readonly AppendItem[], rows: readonly AppendRow[]): AppendedMessage[] {
  const last = new Map(rows.map(([stream, head, timeMs]) => [stream, { seq: head, timeMs }]));
  const lastOf = (stream: string): { seq: number; timeMs: number } => {
    const state = last.get(stream);
    if (state === undefined) throw new Error(`the statement returned no head for ${stream}`);
    return state;
  };
  for (const { stream } of items) lastOf(stream).seq -= 1;
  return items.map(({ stream, ttlMs, uuid }) => {
    const state = lastOf(stream);
    state.seq += 1;
    const { seq, timeMs } = state;
    return { id: encodeMessageId({ uuid, stream, seq }), stream, seq, timeMs, expiresAtMs: timeMs + ttlMs, isReplay: false };
  });
}
