import { BreakableRelay, createTestDatabase, type TestDatabase } from '@switchboard/testing';
import type { DataSource } from 'typeorm';
import { createDataSource } from './data-source';

const STATEMENT_TIMEOUT_MS = 300;
const LONGEST_MS = STATEMENT_TIMEOUT_MS + 2_000;

async function tookMs(promise: Promise<unknown>): Promise<number> {
  const startedAtMs = performance.now();
  await promise;
  return performance.now() - startedAtMs;
}

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
    expect(await tookMs(expect(dataSource.query('SELECT 1')).rejects.toThrow('Query read timeout'))).toBeLessThan(LONGEST_MS);
    expect(await tookMs(expect(dataSource.query('SELECT 1')).rejects.toThrow('connection timeout'))).toBeLessThan(LONGEST_MS);
    relay.restore();
    await expect(dataSource.query('SELECT 1 AS one')).resolves.toEqual([{ one: 1 }]);
  });

  it('waits for no ROLLBACK either, when the silence comes in the middle of a transaction', async () => {
    const transaction = dataSource.transaction(async (manager) => {
      await manager.query('SELECT 1');
      relay.silence();
      await manager.query('SELECT 1');
    });
    expect(await tookMs(expect(transaction).rejects.toThrow('Query read timeout'))).toBeLessThan(LONGEST_MS);
  });

  it('bounds no statement without being told, as migrations need it', async () => {
    const unbounded = await createDataSource({ url: database.url, entities: [] }).initialize();
    await expect(unbounded.query('SHOW statement_timeout')).resolves.toEqual([{ statement_timeout: '0' }]);
    await unbounded.destroy();
  });
});
