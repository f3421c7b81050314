import { createTestDatabase, type TestDatabase } from '@switchboard/testing';
import type { DataSource } from 'typeorm';
import { MessagePartitions } from './message-partitions';
import { contentOf, openLog, openMigrated, type OpenLog } from './testing/open-log';

const DAY_MS = 86_400_000;

describe('MessagePartitions', () => {
  let database: TestDatabase;
  let dataSource: DataSource;
  let opened: OpenLog;

  beforeEach(async () => {
    database = await createTestDatabase();
    dataSource = await openMigrated(database.url);
    opened = openLog(database.url, { maxTtlMs: 30 * DAY_MS });
  });
  afterEach(async () => {
    await opened.pool.end();
    await dataSource.destroy();
    await database.drop();
  });

  async function makeExpired(): Promise<void> {
    await dataSource.query(
      "CREATE TABLE messages_20200101 PARTITION OF messages FOR VALUES FROM ('2020-01-01 00:00+00') TO ('2020-01-02 00:00+00')",
    );
  }

  it('finds those of 7 days already made by the migration', async () => {
    expect(await new MessagePartitions(dataSource, { maxTtlMs: 7 * DAY_MS }).ensure()).toEqual([]);
  });

  it('makes those that a longer time to live needs, once for all processes, while appends go on', async () => {
    const { log } = opened;
    const longLived = { stream: 'user:1', content: contentOf(1), ttlMs: 30 * DAY_MS };
    await expect(log.append(longLived)).rejects.toMatchObject({ code: 'internal' });
    await dataSource.transaction(async (manager) => {
      await manager.query("INSERT INTO messages VALUES ('x', 1, now() + interval '1 day', gen_random_uuid(), now(), '')");
      const partitions = new MessagePartitions(dataSource, { maxTtlMs: 30 * DAY_MS });
      const made = await Promise.all([partitions.ensure(), partitions.ensure()]);
      expect(made.map(({ length }) => length).sort((a, b) => a - b)).toEqual([0, 23]);
    });
    expect(await log.append(longLived)).toMatchObject({ seq: 1 });
  });

  it('drops those in which everything has expired', async () => {
    await makeExpired();
    const partitions = new MessagePartitions(dataSource, { maxTtlMs: 7 * DAY_MS });
    expect(await partitions.dropExpired()).toEqual({ dropped: ['messages_20200101'], postponed: [] });
    expect(await partitions.dropExpired()).toEqual({ dropped: [], postponed: [] });
  });

  it('postpones one that is being used', async () => {
    await makeExpired();
    const partitions = new MessagePartitions(dataSource, { maxTtlMs: 7 * DAY_MS });
    await dataSource.transaction(async (manager) => {
      await manager.query('SELECT count(*) FROM messages');
      expect(await partitions.dropExpired()).toEqual({ dropped: [], postponed: ['messages_20200101'] });
    });
    expect(await partitions.dropExpired()).toMatchObject({ dropped: ['messages_20200101'] });
  });
});
