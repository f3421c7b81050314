import { FakeTimers } from '@switchboard/testing';
import { RegistryCleaner } from './registry-cleaner';
import { TestConnection, TestRegistry } from './testing/test-registry';

const LEASE_MS = 10_000;
const settings = { leaseMs: LEASE_MS, registryCleanIntervalMs: 60_000 };
const LONG_AGO_MS = 3 * LEASE_MS;

describe('RegistryCleaner', () => {
  let registry: TestRegistry;
  let hot: TestConnection;

  const cleaner = (): RegistryCleaner =>
    new RegistryCleaner(registry.dataSource, hot, settings, { cleaned: () => undefined, cleaningFailed: () => undefined });
  const fill = async ({ slot, epoch }: { slot: number; epoch: number }, rows: number): Promise<void> => {
    const values = [slot, epoch, rows];
    await registry.sql(
      `INSERT INTO connections (user_id, id, slot, epoch, connected_at) SELECT 'user ' || n, gen_random_uuid(), $1, $2, now() FROM generate_series(1, $3) n`,
      values,
    );
    await registry.sql(
      `INSERT INTO channel_servers (channel, slot, epoch) SELECT 'channel ' || n, $1, $2 FROM generate_series(1, $3) n`,
      values,
    );
  };
  const count = async (): Promise<Record<string, number>> => {
    const rows = await registry.sql<{ lease: string; n: number }>(
      `SELECT slot || '/' || epoch AS lease, count(*)::int AS n FROM (SELECT slot, epoch FROM connections UNION ALL SELECT slot, epoch FROM channel_servers) x GROUP BY 1`,
    );
    return Object.fromEntries(rows.map(({ lease, n }) => [lease, n]));
  };

  beforeAll(async () => {
    registry = await TestRegistry.create();
  });
  beforeEach(async () => {
    await registry.clear();
    hot = new TestConnection(registry.hot);
  });
  afterAll(() => registry.close());

  it('deletes the rows of a dead server window by window, and leaves those of the living', async () => {
    const [dead, alive] = [await registry.lease('dead'), await registry.lease('alive')];
    await fill(dead, 60_000);
    await fill(alive, 1_000);
    await registry.take(dead, 'next');
    await expect(cleaner().clean()).resolves.toEqual({ slotsFenced: 0, rowsDeleted: 120_000 });
    await expect(count()).resolves.toEqual({ '2/1': 2_000 });
    expect(hot.statements.filter((name) => name.startsWith('sweep_connections')).length).toBeGreaterThan(2);
  });

  it('takes the slot from a server that is long dead, so that its rows go as well', async () => {
    const dead = await registry.lease('dead');
    await fill(dead, 10);
    await registry.lapse(dead, LONG_AGO_MS);
    const subject = cleaner();
    await expect(subject.clean()).resolves.toEqual({ slotsFenced: 0, rowsDeleted: 0 });
    await expect(subject.clean()).resolves.toEqual({ slotsFenced: 1, rowsDeleted: 20 });
    await expect(subject.clean()).resolves.toEqual({ slotsFenced: 0, rowsDeleted: 0 });
    await expect(registry.store.renew({ ...dead, serverId: 'dead', leaseMs: LEASE_MS })).resolves.toEqual({ outcome: 'taken' });
  });

  it('takes nothing from a server that comes back between two rounds, as after an outage of the database', async () => {
    const lease = await registry.lease('one');
    await fill(lease, 10);
    await registry.lapse(lease, LONG_AGO_MS);
    const subject = cleaner();
    await subject.clean();
    await registry.store.renew({ ...lease, serverId: 'one', leaseMs: LEASE_MS });
    await expect(subject.clean()).resolves.toEqual({ slotsFenced: 0, rowsDeleted: 0 });
    await expect(count()).resolves.toEqual({ '1/1': 20 });
  });

  it('keeps the rows of a lease that is over for less than two leases', async () => {
    const lease = await registry.lease('one');
    await registry.lapse(lease, LEASE_MS);
    const subject = cleaner();
    await subject.clean();
    await expect(subject.clean()).resolves.toMatchObject({ slotsFenced: 0 });
  });

  it('reads the tables only after an epoch was raised, whichever process did the last sweep', async () => {
    await registry.lease('one');
    await cleaner().clean();
    hot.statements.length = 0;
    await cleaner().clean();
    expect(hot.statements).toEqual([]);
  });

  it('waits for no row that is being written, and finds it the next time an epoch is raised', async () => {
    const dead = await registry.lease('dead');
    await fill(dead, 2);
    await registry.take(dead, 'next');
    const writer = registry.dataSource.createQueryRunner();
    await writer.startTransaction();
    await writer.query(`UPDATE channel_servers SET epoch = 2 WHERE channel = 'channel 1'`);
    await expect(cleaner().clean()).resolves.toMatchObject({ rowsDeleted: 3 });
    await writer.commitTransaction();
    await writer.release();
    await expect(count()).resolves.toEqual({ '1/2': 1 });
  });

  it('leaves the cleaning to the one that is at it', async () => {
    const holder = registry.dataSource.createQueryRunner();
    await holder.query('SELECT pg_advisory_lock($1, $2)', [0x73776264, 3]);
    await expect(cleaner().clean()).resolves.toBeUndefined();
    await holder.query('SELECT pg_advisory_unlock($1, $2)', [0x73776264, 3]);
    await holder.release();
    await expect(cleaner().clean()).resolves.toBeDefined();
  });

  it('goes on with its rounds after one has failed, until it is stopped', async () => {
    const timers = new FakeTimers();
    const told: string[] = [];
    const subject = new RegistryCleaner(
      registry.dataSource,
      hot,
      settings,
      { cleaned: () => told.push('cleaned'), cleaningFailed: () => told.push('failed') },
      timers,
    );
    const roundsTold = async (rounds: number): Promise<void> => {
      while (told.length < rounds) await timers.advance(100);
    };
    await registry.lease('one');
    hot.isCut = true;
    subject.start();
    await roundsTold(1);
    hot.isCut = false;
    await roundsTold(2);
    expect(told).toEqual(['failed', 'cleaned']);
    await subject.stop();
    expect(timers.pending).toBe(0);
  });
});
