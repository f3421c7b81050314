import { sqlStateOf } from '@switchboard/database';
import type { DataSource, EntityManager } from 'typeorm';
import { isExpiredPartition, neededPartitions, type PartitionDay } from './partition-days';

/** The advisory lock of whoever makes or drops partitions: 'swbd' as a number, and 2. */
const PARTITION_LOCK = [0x73776264, 2] as const;
const LOCK_NOT_AVAILABLE = '55P03';
/** What waits for its lock on the table stops every append behind it; so it gives up soon, and is tried again later. */
const LOCK_TIMEOUT = "SET LOCAL lock_timeout = '200ms'";

/** What became of the expired partitions. */
export interface DroppedPartitions {
  readonly dropped: readonly string[];
  /** Could not be locked in time, or another process is at it: to be tried again. */
  readonly postponed: readonly string[];
}

/** Makes and drops the partitions of messages, one per day of expiry. Several processes may do so at once. */
export class MessagePartitions {
  constructor(
    private readonly dataSource: DataSource,
    private readonly settings: { readonly maxTtlMs: number },
  ) {}

  /**
   * Makes the partitions that are missing from today to two days beyond the last possible expiry; appends go on meanwhile.
   * @returns their names
   */
  ensure(): Promise<readonly string[]> {
    return this.dataSource.transaction(async (manager) => {
      await manager.query('SELECT pg_advisory_xact_lock($1, $2)', [...PARTITION_LOCK]);
      const existing = new Set(await partitionNames(manager));
      const missing = neededPartitions(await nowMs(manager), this.settings.maxTtlMs).filter(({ name }) => !existing.has(name));
      await manager.query(LOCK_TIMEOUT);
      for (const day of missing) await attach(manager, day);
      return missing.map(({ name }) => name);
    });
  }

  /** Drops the partitions in which everything has expired. Each is its own transaction; one that cannot be locked in 200 ms is postponed. */
  async dropExpired(): Promise<DroppedPartitions> {
    const { manager } = this.dataSource;
    const now = await nowMs(manager);
    const dropped: string[] = [];
    const postponed: string[] = [];
    for (const name of await partitionNames(manager)) {
      if (!isExpiredPartition(name, now)) continue;
      ((await this.drop(name)) ? dropped : postponed).push(name);
    }
    return { dropped, postponed };
  }

  private async drop(name: string): Promise<boolean> {
    try {
      return await this.dataSource.transaction(async (manager) => {
        const [lock] = await manager.query<{ taken: boolean }[]>('SELECT pg_try_advisory_xact_lock($1, $2) AS taken', [...PARTITION_LOCK]);
        if (lock?.taken !== true) return false;
        await manager.query(LOCK_TIMEOUT);
        await manager.query(`DROP TABLE IF EXISTS ${name}`);
        return true;
      });
    } catch (error) {
      if (sqlStateOf(error) === LOCK_NOT_AVAILABLE) return false;
      throw error;
    }
  }
}

/** Made apart and then attached: CREATE TABLE … PARTITION OF would lock out every append and read, attaching does not. */
async function attach(manager: EntityManager, { name, from, to }: PartitionDay): Promise<void> {
  await manager.query(`CREATE TABLE ${name} (LIKE messages INCLUDING ALL)`);
  await manager.query(`ALTER TABLE messages ATTACH PARTITION ${name} FOR VALUES FROM ('${from}') TO ('${to}')`);
}

async function partitionNames(manager: EntityManager): Promise<string[]> {
  const rows = await manager.query<{ name: string }[]>(
    "SELECT c.relname AS name FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = 'messages'::regclass ORDER BY 1",
  );
  return rows.map(({ name }) => name);
}

async function nowMs(manager: EntityManager): Promise<number> {
  const [row] = await manager.query<{ now: Date }[]>('SELECT now() AS now');
  return (row?.now ?? new Date()).getTime();
}
