import { randomUUID } from 'node:crypto';
import { ConnectionRegistry } from './connection-registry';
import type { Lease } from './lease';
import { RegistryCleaner } from './registry-cleaner';
import { TestRegistry } from './testing/test-registry';

const SETTINGS = {
  registrationTimeoutMs: 5_000,
  registryMaxBatch: 100,
  registryLingerMs: 0,
  registryMaxPending: 1_000,
  leaseMs: 10_000,
  registryCleanIntervalMs: 60_000,
};

describe('The lifecycle of connections', () => {
  let registry: TestRegistry;
  let lease: Lease;

  const open = (publishedEvents: readonly string[] = ['lifecycle'], current = lease): ConnectionRegistry =>
    new ConnectionRegistry(registry.hot, { ...SETTINGS, publishedEvents }, { current });
  const connection = (user: string, device?: string) => ({
    id: randomUUID(),
    user,
    device,
    connectedAtMs: Date.UTC(2026, 0, 2, 3, 4, 5, 6),
  });
  const told = async (): Promise<Record<string, unknown>[]> =>
    (await registry.sql<{ event: Record<string, unknown> }>('SELECT event FROM outbox ORDER BY id')).map(({ event }) => event);
  const clean = async (): Promise<void> => {
    const settings = { ...SETTINGS, publishedEvents: ['lifecycle'] };
    await new RegistryCleaner(registry.dataSource, registry.hot, settings, {
      cleaned: () => undefined,
      cleaningFailed: () => undefined,
    }).clean();
  };

  beforeAll(async () => {
    registry = await TestRegistry.create();
  });
  beforeEach(async () => {
    await registry.clear();
    await registry.sql('DELETE FROM outbox');
    lease = await registry.lease('gw-1');
  });
  afterAll(() => registry.close());

  it('is told once each way, with what is known', async () => {
    const rows = open();
    const phone = connection('42', 'phone');
    await rows.register(phone);
    await rows.register(phone);
    await rows.unregister(phone, { code: 1001, reason: 'left' });
    await rows.unregister(phone, { code: 1001, reason: 'left' });
    const common = { version: 1, user: '42', connection: phone.id, device: 'phone', server: 'gw-1' };
    expect(await told()).toEqual([
      { ...common, type: 'connected', time: '2026-01-02T03:04:05.006Z' },
      { ...common, type: 'disconnected', time: expect.stringMatching(/^\d{4}-.*Z$/) as string, code: 1001, reason: 'left' },
    ]);
  });

  it('is not told again when a server registers its connections under a new lease', async () => {
    const kept = connection('42');
    await open().register(kept);
    const next = await registry.take(lease, 'gw-1');
    await open(['lifecycle'], next).registerAll([kept], []);
    expect((await told()).map(({ type }) => type)).toEqual(['connected']);
  });

  it('ends for what is left when a server goes', async () => {
    const rows = open();
    const left = connection('42');
    await rows.register(left);
    await rows.clearServer(lease);
    expect((await told())[1]).toMatchObject({
      type: 'disconnected',
      connection: left.id,
      server: 'gw-1',
      code: 4000,
      reason: 'going away',
    });
  });

  it('ends once for the connections of a server that died, whoever cleans up', async () => {
    const [first, second] = [connection('1'), connection('2')];
    for (const each of [first, second]) await open().register(each);
    await registry.take(lease, 'next');
    await Promise.all([clean(), clean(), clean()]);
    await clean();
    const ended = (await told()).filter(({ type }) => type === 'disconnected');
    expect(ended.map(({ connection: id, reason }) => [id, reason]).sort()).toEqual(
      [first, second].map(({ id }) => [id, 'server lost']).sort(),
    );
  });

  it('is told to nobody where nothing is published', async () => {
    const rows = open([]);
    const quiet = connection('42');
    await rows.register(quiet);
    await rows.unregister(quiet);
    expect(await told()).toEqual([]);
  });
});
