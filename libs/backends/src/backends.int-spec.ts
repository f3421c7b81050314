import { Logger } from '@nestjs/common';
import { InProcessEventBus } from '@switchboard/bus';
import { databaseSettings, messageLogSettings, readSettings, registrySettings } from '@switchboard/config';
import { createDataSource, hotStatement, runMigrations } from '@switchboard/database';
import { BreakableRelay, createTestDatabase, failureOf, type TestDatabase } from '@switchboard/testing';
import { Backends } from './backends';

const LEASE_MS = 3_000;
const ONE = hotStatement('one', 'SELECT 1::int8');

async function createMigratedDatabase(): Promise<TestDatabase> {
  const database = await createTestDatabase();
  const dataSource = await createDataSource({ url: database.url, entities: [] }).initialize();
  await runMigrations(dataSource);
  await dataSource.destroy();
  return database;
}

describe('Backends on a database that lacks migrations', () => {
  it('say which command brings them', async () => {
    const database = await createTestDatabase();
    const settings = readSettings({ ...databaseSettings, ...messageLogSettings, ...registrySettings }, { DATABASE_URL: database.url });
    const backends = new Backends(settings, new InProcessEventBus());
    await expect(backends.onModuleInit()).rejects.toThrow('npm run migrate');
    await backends.onApplicationShutdown();
    await database.drop();
  });
});

describe('Backends on a database that has fallen silent', () => {
  let database: TestDatabase;
  let relay: BreakableRelay;
  let backends: Backends;

  beforeAll(() => {
    Logger.overrideLogger(false);
  });
  beforeEach(async () => {
    database = await createMigratedDatabase();
    relay = await BreakableRelay.to(database.url);
    const environment = {
      DATABASE_URL: relay.url,
      DATABASE_CONNECT_TIMEOUT_MS: '500',
      DATABASE_STATEMENT_TIMEOUT_MS: '1000',
      LEASE_MS: String(LEASE_MS),
    };
    const settings = readSettings({ ...databaseSettings, ...messageLogSettings, ...registrySettings }, environment);
    backends = new Backends(settings, new InProcessEventBus());
    await backends.onModuleInit();
  });
  afterEach(async () => {
    await backends.onApplicationShutdown();
    await relay.close();
    await database.drop();
  });

  it('answers who is connected, and whether it is ready, with an error within the timeouts', async () => {
    await backends.connectionDirectory.connectionsOf('42');
    relay.silence();
    expect((await failureOf(backends.connectionDirectory.connectionsOf('42'))).afterMs).toBeLessThan(3_500);
    expect((await failureOf(Promise.resolve(backends.databaseCheck.isReady()))).afterMs).toBeLessThan(3_500);
  });

  it('gives up a statement of the lease within a third of the lease, connected or not', async () => {
    await backends.leasePool.query(ONE, []);
    relay.silence();
    for (let tries = 0; tries < 2; tries += 1) {
      expect((await failureOf(backends.leasePool.query(ONE, []))).afterMs).toBeLessThan(LEASE_MS / 3);
    }
  });
});

describe('Backends that go down', () => {
  it('close all the rest though one step fails', async () => {
    Logger.overrideLogger(false);
    const database = await createMigratedDatabase();
    const bus = new InProcessEventBus();
    const settings = readSettings({ ...databaseSettings, ...messageLogSettings, ...registrySettings }, { DATABASE_URL: database.url });
    const backends = new Backends(settings, bus);
    await backends.onModuleInit();
    jest.spyOn(bus, 'close').mockRejectedValue(new Error('no'));
    await backends.onApplicationShutdown();
    expect(backends.dataSource.isInitialized).toBe(false);
    await database.drop();
  });
});
