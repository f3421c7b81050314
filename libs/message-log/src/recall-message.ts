import { hotStatement, type HotConnection } from '@switchboard/database';
import type { MessageReference } from '@switchboard/protocol/events';

/** The row stays, so that readers can be told why the number has no message; its content goes. */
const RECALL = hotStatement(
  'recall_message',
  `UPDATE messages SET recalled_at = coalesce(recalled_at, date_trunc('milliseconds', now())), payload = ''
   WHERE stream = $1::text AND seq = $2::int8 AND id = $3::uuid
   RETURNING 1`,
);

/**
 * Takes a message back: once this resolves, no read of the log returns it. To do so again changes nothing.
 * @returns whether there is such a message
 * @throws HotQueryError; repeating does no harm
 */
export async function recallMessage(connection: HotConnection, { stream, seq, uuid }: MessageReference): Promise<boolean> {
  const rows = await connection.query(RECALL, [stream, seq, uuid.toString('hex')]);
  return rows.length > 0;
}
