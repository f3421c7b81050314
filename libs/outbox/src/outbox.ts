import type { DataSource, EntityManager } from 'typeorm';
import type { EventTopic, PublishedEvent } from './published-event';
import { acknowledgedReceipt } from './receipts';

/** The advisory lock of whoever publishes: 'swbd' as a number, and 4. */
const PUBLISHING_LOCK = [0x73776264, 4] as const;

/** Rows, and acknowledged messages of one row, that are published together. */
const MOST_ROWS = 500;
const MOST_RECEIPTS = 1_000;

/** What one step did. `isBusy`: another process is at it. */
export interface OutboxStep {
  readonly published: number;
  readonly isBusy: boolean;
  /** Whether there may be more. */
  readonly hasMore: boolean;
}

/** As the statements that write it have it: `acknowledged` stands for all messages of (after, through]. */
interface Row {
  readonly id: string;
  readonly topic: EventTopic;
  readonly key: string;
  /** JSON. */
  readonly event: string;
}

interface AcknowledgedRange {
  readonly type: 'acknowledged';
  readonly user: string;
  readonly after: number;
  readonly through: number;
  readonly device?: string;
  readonly time: string;
}

const IDLE: OutboxStep = { published: 0, isBusy: false, hasMore: false };

/** What other services are to be told, in the database until it is published. One process publishes at a time, so that a user's events stay in order. */
export class Outbox {
  constructor(private readonly dataSource: DataSource) {}

  /**
   * Publishes what is oldest, and deletes it once `publish` has resolved: so each event at least once.
   * @throws what `publish` throws; QueryFailedError
   */
  step(publish: (events: readonly PublishedEvent[]) => Promise<void>): Promise<OutboxStep> {
    return this.alone(async (manager) => {
      const rows = await manager.query<Row[]>('SELECT id, topic, key, event::text AS event FROM outbox ORDER BY outbox.id LIMIT $1', [
        MOST_ROWS,
      ]);
      const events: PublishedEvent[] = [];
      const done: string[] = [];
      for (const row of rows) {
        const range = acknowledgedRange(row);
        if (range === undefined) events.push(eventOf(row));
        else if (await this.resolve(manager, row, range, events)) break;
        done.push(row.id);
        if (events.length >= MOST_RECEIPTS) break;
      }
      if (events.length > 0) await publish(events);
      await manager.query('DELETE FROM outbox WHERE id = ANY ($1::bigint[])', [done]);
      return { ...IDLE, published: events.length, hasMore: done.length < rows.length || rows.length === MOST_ROWS };
    });
  }

  /** Drops what could not be published for `longestMs`: else the table would grow for as long as the broker is away. */
  async dropOlderThan(longestMs: number): Promise<number> {
    const statement = `WITH gone AS (DELETE FROM outbox WHERE created_at < now() - $1 * interval '1 millisecond' RETURNING 1) SELECT count(*)::int AS count FROM gone`;
    const [row] = await this.dataSource.query<{ count: number }[]>(statement, [longestMs]);
    return row?.count ?? 0;
  }

  private alone(run: (manager: EntityManager) => Promise<OutboxStep>): Promise<OutboxStep> {
    return this.dataSource.transaction(async (manager) => {
      const [lock] = await manager.query<{ isOurs: boolean }[]>('SELECT pg_try_advisory_xact_lock($1, $2) AS "isOurs"', [
        ...PUBLISHING_LOCK,
      ]);
      return lock?.isOurs === true ? run(manager) : { ...IDLE, isBusy: true };
    });
  }

  /** Adds a receipt for each message of a range that the log still has. True: it was too long, and what is left of it stays in the row. */
  private async resolve(
    manager: EntityManager,
    { id, topic, key }: Row,
    { user, after, through, device, time }: AcknowledgedRange,
    events: PublishedEvent[],
  ): Promise<boolean> {
    const messages = await manager.query<{ seq: string; uuid: string }[]>(
      `SELECT seq, id AS uuid FROM messages WHERE stream = $1 AND seq > $2 AND seq <= $3 AND recalled_at IS NULL ORDER BY messages.seq LIMIT $4`,
      [`user:${user}`, after, through, MOST_RECEIPTS],
    );
    for (const { seq, uuid } of messages)
      events.push({ topic, key, value: acknowledgedReceipt({ user, seq: Number(seq), uuid }, device, time) });
    const last = messages.at(-1);
    if (last === undefined || messages.length < MOST_RECEIPTS) return false;
    await manager.query(`UPDATE outbox SET event = jsonb_set(event::jsonb, '{after}', to_jsonb($2::int8))::json WHERE id = $1`, [
      id,
      last.seq,
    ]);
    return true;
  }
}

function eventOf({ topic, key, event }: Row): PublishedEvent {
  return { topic, key, value: event };
}

function acknowledgedRange({ topic, event }: Row): AcknowledgedRange | undefined {
  if (topic !== 'receipts') return undefined;
  const parsed = JSON.parse(event) as { type: string };
  return parsed.type === 'acknowledged' ? (parsed as AcknowledgedRange) : undefined;
}
