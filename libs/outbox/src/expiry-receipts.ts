import type { DataSource } from 'typeorm';
import { targetOf } from '@switchboard/protocol';
import { expiredReceipt } from './receipts';

/** An append that is under way may commit a message that expires before the commit: none takes that long. */
const MARGIN_MS = 5_000;
const MOST_MESSAGES = 1_000;

interface ExpiredRow {
  readonly stream: string;
  readonly seq: string;
  readonly uuid: string;
  readonly time: string;
  readonly place: string;
}

/** Everything that expired behind the progress, in the order of expiry; the first condition is for the index. */
const EXPIRED = `
  SELECT m.stream, m.seq, m.id AS uuid, to_char(m.expires_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS time, m.expires_at::text AS place
  FROM messages m LEFT JOIN user_cursors c ON c.user_id = substr(m.stream, 6)
  WHERE m.expires_at >= $1::timestamptz AND m.expires_at <= now() - $4 * interval '1 millisecond'
    AND (m.expires_at, m.stream COLLATE "C", m.seq) > ($1::timestamptz, $2::text, $3::int8)
    AND m.stream >= 'user:' AND m.stream < 'user;' AND m.recalled_at IS NULL AND coalesce(c.acked, 0) < m.seq
  ORDER BY m.expires_at, m.stream COLLATE "C", m.seq LIMIT $5`;

/**
 * Writes a receipt for each message to a user that expired before anybody acknowledged it. One process at a time; receipts and progress are
 * committed together, so each is written once.
 */
export class ExpiryReceipts {
  constructor(private readonly dataSource: DataSource) {}

  /** One step. @returns how many were written, and whether there may be more. @throws QueryFailedError */
  step(): Promise<{ readonly written: number; readonly hasMore: boolean }> {
    return this.dataSource.transaction(async (manager) => {
      const [progress] = await manager.query<{ place: string; stream: string; seq: string }[]>(
        'SELECT expires_at::text AS place, stream, seq FROM expiry_progress FOR UPDATE SKIP LOCKED',
      );
      if (progress === undefined) return { written: 0, hasMore: false };
      const bounds = [progress.place, progress.stream, progress.seq, MARGIN_MS, MOST_MESSAGES];
      const rows = await manager.query<ExpiredRow[]>(EXPIRED, bounds);
      const receipts = rows.flatMap(receiptOf);
      await manager.query(
        `INSERT INTO outbox (topic, key, event) SELECT 'receipts', t.key, t.event::json FROM unnest($1::text[], $2::text[]) AS t(key, event)`,
        [receipts.map(({ user }) => user), receipts.map(({ event }) => event)],
      );
      const last = rows.at(-1);
      const hasMore = rows.length === MOST_MESSAGES;
      // All is known up to the margin if nothing was cut; with the highest place of that moment, so that none is written twice.
      if (hasMore && last !== undefined)
        await manager.query('UPDATE expiry_progress SET expires_at = $1::timestamptz, stream = $2, seq = $3', [
          last.place,
          last.stream,
          last.seq,
        ]);
      else
        await manager.query(
          `UPDATE expiry_progress SET expires_at = greatest(expires_at, now() - $1 * interval '1 millisecond'), stream = chr(1114111), seq = 0`,
          [MARGIN_MS],
        );
      return { written: receipts.length, hasMore };
    });
  }
}

function receiptOf({ stream, seq, uuid, time }: ExpiredRow): { readonly user: string; readonly event: string }[] {
  const target = targetOf(stream);
  if (target === undefined || !('user' in target)) return [];
  return [{ user: target.user, event: expiredReceipt({ user: target.user, seq: Number(seq), uuid }, time) }];
}
