import { hotStatement, int8Array, textArray, type HotConnection } from '@switchboard/database';

/**
 * Cursors only grow, whoever writes them. `seen_at` is moved with them at most once an hour. Rows are locked in the order of their keys, so that
 * two servers that write the same ones do not deadlock. What a user has acknowledged for the first time goes into the outbox as one range, if
 * anybody is to be told; the rows are locked before they are written, so that no range overlaps another.
 */
const ACKNOWLEDGE = hotStatement(
  'acknowledge',
  `WITH t AS MATERIALIZED (
     SELECT user_id COLLATE "C" AS user_id, device COLLATE "C" AS device, max(seq) AS seq
     FROM unnest($1::text[], $2::text[], $3::int8[]) AS a(user_id, device, seq) GROUP BY 1, 2
   ), d AS (
     INSERT INTO user_devices AS x (user_id, device, cursor, seen_at)
     SELECT user_id, device, seq, now() FROM t WHERE device IS NOT NULL ORDER BY user_id, device
     ON CONFLICT (user_id, device) DO UPDATE
     SET cursor = EXCLUDED.cursor, seen_at = CASE WHEN x.seen_at < now() - interval '1 hour' THEN now() ELSE x.seen_at END
     WHERE x.cursor < EXCLUDED.cursor
   ), before AS MATERIALIZED (
     SELECT user_id, acked FROM user_cursors WHERE user_id = ANY (ARRAY(SELECT user_id FROM t)) ORDER BY user_id FOR UPDATE
   ), u AS (
     INSERT INTO user_cursors AS x (user_id, acked)
     SELECT t.user_id, greatest(max(t.seq), max(b.acked)) FROM t LEFT JOIN before b ON b.user_id = t.user_id GROUP BY t.user_id ORDER BY t.user_id
     ON CONFLICT (user_id) DO UPDATE SET acked = EXCLUDED.acked WHERE x.acked < EXCLUDED.acked
     RETURNING user_id, acked
   )
   INSERT INTO outbox (topic, key, event)
   SELECT 'receipts', u.user_id, json_strip_nulls(json_build_object('type', 'acknowledged',
     'time', to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), 'user', u.user_id,
     'after', coalesce(b.acked, 0), 'through', u.acked, 'device', (SELECT t.device FROM t WHERE t.user_id = u.user_id ORDER BY t.seq DESC LIMIT 1)))
   FROM u LEFT JOIN before b ON b.user_id = u.user_id WHERE $4::boolean AND u.acked > coalesce(b.acked, 0)`,
);

/** All messages of a user's own stream up to `seq` have been handled. */
export interface Acknowledgement {
  readonly user: string;
  /** Undefined: a client that named none. */
  readonly device: string | undefined;
  readonly seq: number;
}

/**
 * Keeps acknowledgements; one below what is kept changes nothing.
 * @param tells whether other services are to be told, through the outbox
 * @throws HotQueryError; repeating does no harm
 */
export async function acknowledge(connection: HotConnection, acknowledgements: readonly Acknowledgement[], tells: boolean): Promise<void> {
  await connection.query(ACKNOWLEDGE, [
    textArray(acknowledgements.map(({ user }) => user)),
    textArray(acknowledgements.map(({ device }) => device ?? null)),
    int8Array(acknowledgements.map(({ seq }) => seq)),
    tells,
  ]);
}
