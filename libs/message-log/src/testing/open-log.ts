import { createDataSource, HotPool, runMigrations } from '@switchboard/database';
import type { DataSource } from 'typeorm';
import { messageLogEntities } from '../entities';
import { MessageLog, type MessageLogSettings } from '../message-log';

const DAY_MS = 86_400_000;

/** The defaults of messageLogSettings. */
const logSettings: MessageLogSettings = {
  defaultTtlMs: 7 * DAY_MS,
  maxTtlMs: 7 * DAY_MS,
  pageRows: 200,
  pageBytes: 1_048_576,
  readBatch: 64,
  readBytes: 8_388_608,
  readLingerMs: 1,
  mostQueuedReads: 100_000,
  appendBatch: 500,
  appendLingerMs: 2,
  mostQueuedAppends: 10_000,
  logUpkeepMs: 3_600_000,
  mostDevices: 50,
  deviceIdleMs: 90 * DAY_MS,
};

/** A log with a pool of its own. */
export interface OpenLog {
  readonly log: MessageLog;
  readonly pool: HotPool;
}

/** Opens a log on a migrated database. */
export function openLog(url: string, settings: Partial<MessageLogSettings> = {}): OpenLog {
  const pool = new HotPool({ url, applicationName: 'log-under-test', connections: 6, connectTimeoutMs: 3_000, statementTimeoutMs: 5_000 });
  return { log: new MessageLog(pool, { ...logSettings, ...settings }), pool };
}

/** Migrates a database and opens the log's entities on it. */
export async function openMigrated(url: string): Promise<DataSource> {
  const dataSource = await createDataSource({ url, entities: messageLogEntities }).initialize();
  await runMigrations(dataSource);
  return dataSource;
}

/** The content of a message with this data. */
export function contentOf(data: unknown): Buffer {
  return Buffer.from(`"data":${JSON.stringify(data)}}`);
}
