import { createDataSource, HotPool, HotQueryError, runMigrations, type HotConnection, type HotStatement } from '@switchboard/database';
import { createTestDatabase, type TestDatabase } from '@switchboard/testing';
import type { DataSource } from 'typeorm';
import { registryEntities } from '../entities';
import type { Lease } from '../lease';
import { LeaseStore, type ServerRole } from '../lease-store';

const LEASE_MS = 60_000;
/** A hundred years: before 1970, which is where slots begin that nobody has leased yet. */
const LONGER_THAN_ANY_OTHER_MS = 100 * 365 * 24 * 60 * 60_000;

/** The hot connection of one test server: counts its statements, and can be cut off from the database. */
export class TestConnection implements HotConnection {
  readonly statements: string[] = [];
  isCut = false;

  constructor(private readonly hot: HotConnection) {}

  query<Row extends readonly unknown[]>(statement: HotStatement, values: readonly unknown[]): Promise<Row[]> {
    this.statements.push(statement.name);
    if (this.isCut) return Promise.reject(new HotQueryError('not_sent', undefined, new Error('cut off')));
    return this.hot.query(statement, values);
  }
}

/** A database of its own with the tables of the registry, and what tests do to it behind its back. */
export class TestRegistry {
  private constructor(
    readonly dataSource: DataSource,
    readonly hot: HotPool,
    readonly store: LeaseStore,
    private readonly database: TestDatabase,
  ) {}

  static async create(): Promise<TestRegistry> {
    const database = await createTestDatabase();
    const { url } = database;
    const dataSource = createDataSource({ url, entities: registryEntities });
    await dataSource.initialize();
    await runMigrations(dataSource);
    const hot = new HotPool({ url, applicationName: 'registry-test', connections: 8, connectTimeoutMs: 5_000, statementTimeoutMs: 5_000 });
    return new TestRegistry(dataSource, hot, new LeaseStore(hot), database);
  }

  /** Leases a slot for a server of that name. */
  async lease(serverId: string, maxSlot = 8, role: ServerRole = 'gateway'): Promise<Lease> {
    const granted = await this.store.acquire({ serverId, role, maxSlot, leaseMs: LEASE_MS });
    if (granted === undefined) throw new Error('no slot is free');
    return { slot: granted.slot, epoch: granted.epoch };
  }

  /** Lets the lease of a slot have ended that long ago. */
  async lapse({ slot }: Lease, agoMs = 1_000): Promise<void> {
    await this.sql(`UPDATE servers SET lease_until = clock_timestamp() - $2 * interval '1 millisecond' WHERE slot = $1`, [slot, agoMs]);
  }

  /** Lets another server take the slot of a lease. */
  async take(lease: Lease, serverId: string): Promise<Lease> {
    await this.lapse(lease, LONGER_THAN_ANY_OTHER_MS);
    return this.lease(serverId);
  }

  async sql<Row>(text: string, values: readonly unknown[] = []): Promise<Row[]> {
    return this.dataSource.query<Row[]>(text, [...values]);
  }

  /** The rows of `connections` and `channel_servers`, in short. */
  async rows(): Promise<string[]> {
    const rows = await this.sql<{ row: string }>(
      `SELECT user_id || ' ' || slot || '/' || epoch AS row FROM connections
       UNION ALL SELECT '#' || channel || ' ' || slot || '/' || epoch FROM channel_servers ORDER BY row`,
    );
    return rows.map(({ row }) => row);
  }

  async clear(): Promise<void> {
    await this.sql('TRUNCATE servers, connections, channel_servers');
  }

  async close(): Promise<void> {
    await this.hot.end();
    await this.dataSource.destroy();
    await this.database.drop();
  }
}
