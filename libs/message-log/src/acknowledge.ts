import { hotStatement, int8Array, textArray, type HotConnection } from '@switchboard/database';

/**
 * Cursors only grow, whoever writes them. `seen_at` is moved with them at most once an hour. Rows are locked in the order of their keys, so that
 * two servers that write the same ones do not deadlock.
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
   )
   INSERT INTO user_cursors AS x (user_id, acked) SELECT user_id, max(seq) FROM t GROUP BY user_id ORDER BY user_id
   ON CONFLICT (user_id) DO UPDATE SET acked = EXCLUDED.acked WHERE x.acked < EXCLUDED.acked`,
);

/** All messages of a user's own stream up to `seq` have been handled. */
export interface Acknowledgement {
  readonly user: string;
  /** Undefined: a client that named none. */
  readonly device: string | undefined;
  readonly seq: number;
}

/** Keeps acknowledgements; one below what is kept changes nothing. @throws HotQueryError; repeating does no harm */
export async function acknowledge(connection: HotConnection, acknowledgements: readonly Acknowledgement[]): Promise<void> {
  await connection.query(ACKNOWLEDGE, [
    textArray(acknowledgements.map(({ user }) => user)),
    textArray(acknowledgements.map(({ device }) => device ?? null)),
    int8Array(acknowledgements.map(({ seq }) => seq)),
  ]);
}
