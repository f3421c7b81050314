import { BreakableRelay, createTestDatabase, failureOf, type TestDatabase } from '@switchboard/testing';
import type { DataSource } from 'typeorm';
import { createDataSource } from './data-source';

const STATEMENT_TIMEOUT_MS = 300;
const LONGEST_MS = STATEMENT_TIMEOUT_MS + 2_000;

describe('createDataSource', () => {
  let database: TestDatabase;
  let relay: BreakableRelay;
  let dataSource: DataSource;

  beforeEach(async () => {
    database = await createTestDatabase();
    relay = await BreakableRelay.to(database.url);
    const settings = { url: relay.url, entities: [], poolSize: 1, connectTimeoutMs: 500, statementTimeoutMs: STATEMENT_TIMEOUT_MS };
    dataSource = await createDataSource(settings).initialize();
  });
  afterEach(async () => {
    await dataSource.destroy();
    await relay.close();
    await database.drop();
  });

  it('lets the server cancel what takes too long', async () => {
    await expect(dataSource.query('SELECT pg_sleep(20)')).rejects.toMatchObject({ code: '57014' });
    await expect(dataSource.query('SELECT 1 AS one')).resolves.toEqual([{ one: 1 }]);
  });

  it('does not wait for a database that has fallen silent, and uses a new connection once it is back', async () => {
    relay.silence();
    const first = await failureOf(dataSource.query('SELECT 1'));
    const second = await failureOf(dataSource.query('SELECT 1'));
    expect([first.message, second.message]).toEqual(['Query read timeout', expect.stringContaining('connection timeout')]);
    expect(Math.max(first.afterMs, second.afterMs)).toBeLessThan(LONGEST_MS);
    relay.restore();
    await expect(dataSource.query('SELECT 1 AS one')).resolves.toEqual([{ one: 1 }]);
  });

  it('waits for no ROLLBACK either, when the silence comes in the middle of a transaction', async () => {
    const transaction = dataSource.transaction(async (manager) => {
      await manager.query('SELECT 1');
      relay.silence();
      await manager.query('SELECT 1');
    });
    const { message, afterMs } = await failureOf(transaction);
    expect(message).toBe('Query read timeout');
    expect(afterMs).toBeLessThan(LONGEST_MS);
  });

  it('bounds no statement without being told, as migrations need it', async () => {
    const unbounded = await createDataSource({ url: database.url, entities: [] }).initialize();
    await expect(unbounded.query('SHOW statement_timeout')).resolves.toEqual([{ statement_timeout: '0' }]);
    await unbounded.destroy();
  });
});
