import { randomUUID } from 'node:crypto';
import { databaseSettings, messageLogSettings, readSettings, registrySettings } from '@switchboard/config';
import { createDataSource, HotPool, runMigrations } from '@switchboard/database';
import { MessageLog } from '@switchboard/message-log';
import { userStream } from '@switchboard/protocol';
import { ConnectionRegistry, LeaseStore, ServerLookup, type Lease } from '@switchboard/registry';
import { createTestDatabase, type TestDatabase } from '@switchboard/testing';

const TRIALS = 600;
const AT_ONCE = 20;
const MOST_DELAY_MS = 6;

const aLittleLater = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, Math.random() * MOST_DELAY_MS));

/**
 * The race of design.md: a message is accepted while its user connects. The sender appends, then looks up; the server registers, then reads.
 */
describe('A message that is accepted while its user connects', () => {
  let database: TestDatabase;
  const pools: HotPool[] = [];
  const createPool = (): HotPool => {
    const settings = readSettings(databaseSettings, { DATABASE_URL: database.url });
    const pool = new HotPool({ ...settings, applicationName: 'test', connections: 4 });
    pools.push(pool);
    return pool;
  };

  beforeAll(async () => {
    database = await createTestDatabase();
    const dataSource = await createDataSource({ url: database.url, entities: [] }).initialize();
    await runMigrations(dataSource);
    await dataSource.destroy();
  });
  afterAll(async () => {
    await Promise.all(pools.map((pool) => pool.end()));
    await database.drop();
  });

  it('is found by the look-up of the sender or by the read of the server, however the two meet', async () => {
    const settings = { ...readSettings(registrySettings, {}), ...readSettings(messageLogSettings, {}) };
    const [senderLog, senderLookup] = [new MessageLog(createPool(), settings), new ServerLookup(createPool(), settings)];
    const [serverLog, serverPool] = [new MessageLog(createPool(), settings), createPool()];
    const lease = (await new LeaseStore(serverPool).acquire({ serverId: 'test', role: 'gateway', maxSlot: 1, leaseMs: 600_000 })) as Lease;
    const registry = new ConnectionRegistry(serverPool, settings, { current: lease });
    const found = { byLookup: 0, byRead: 0, byBoth: 0, byNeither: 0 };

    const tryOnce = async (): Promise<void> => {
      const user = randomUUID();
      const stream = userStream(user);
      const send = async (): Promise<boolean> => {
        await aLittleLater();
        await senderLog.append({ stream, content: Buffer.from('"data":1}') });
        return (await senderLookup.slotsOf(stream)).includes(lease.slot);
      };
      const connect = async (): Promise<boolean> => {
        await aLittleLater();
        await registry.register({ id: randomUUID(), user });
        const [position] = await serverLog.starts([{ stream, from: { kind: 'resume', after: 0 } }]);
        return position?.head === 1;
      };
      const [byLookup, byRead] = await Promise.all([send(), connect()]);
      found[byLookup ? (byRead ? 'byBoth' : 'byLookup') : byRead ? 'byRead' : 'byNeither'] += 1;
    };
    for (let trial = 0; trial < TRIALS; trial += AT_ONCE) await Promise.all(Array.from({ length: AT_ONCE }, tryOnce));

    expect(found.byNeither).toBe(0);
    // The race was really provoked: each order of the two has happened.
    expect(found.byLookup).toBeGreaterThan(0);
    expect(found.byRead).toBeGreaterThan(0);
  });
});
