import { randomUUID } from 'node:crypto';
import { ConnectionDirectory, type LiveConnection } from './connection-directory';
import type { Lease } from './lease';
import { ServerDirectory } from './server-directory';
import { TestRegistry } from './testing/test-registry';

describe('The directories', () => {
  let registry: TestRegistry;
  let connections: ConnectionDirectory;
  let servers: ServerDirectory;

  const connect = async (user: string, { slot, epoch }: Lease, rest: { device?: string; meta?: object } = {}): Promise<string> => {
    const id = randomUUID();
    const values = [user, id, slot, epoch, rest.device ?? null, rest.meta === undefined ? null : JSON.stringify(rest.meta)];
    await registry.sql('INSERT INTO connections VALUES ($1, $2, $3, $4, $5, now(), $6)', values);
    return id;
  };
  const ids = (found: readonly LiveConnection[]): string[] => found.map(({ id }) => id);

  beforeAll(async () => {
    registry = await TestRegistry.create();
    connections = new ConnectionDirectory(registry.dataSource);
    servers = new ServerDirectory(registry.dataSource);
  });
  beforeEach(() => registry.clear());
  afterAll(() => registry.close());

  it('page over the connections so that each is on one page', async () => {
    const [one, two] = [await registry.lease('one'), await registry.lease('two')];
    const all: string[] = [];
    for (let number = 0; number < 10; number += 1) all.push(await connect(`u${String(number % 3)}`, number < 6 ? one : two));
    const seen: string[] = [];
    for (let after: string | undefined; ;) {
      const page = ids(await connections.page({ limit: 3, after }));
      seen.push(...page);
      if (page.length < 3) break;
      after = page.at(-1);
    }
    expect(seen).toEqual([...all].sort());
    const ofUser = ids(await connections.page({ user: 'u0', limit: 10 }));
    const onOne = ids(await connections.page({ server: 'one', limit: 10 }));
    expect([ofUser.length, onOne.length]).toEqual([4, 6]);
    expect(ids(await connections.page({ user: 'u0', server: 'one', limit: 10 }))).toEqual(ofUser.filter((id) => onOne.includes(id)));
    expect(await connections.page({ user: 'nobody', limit: 10 })).toEqual([]);
  });

  it('tell all that is known of one connection', async () => {
    const lease = await registry.lease('one');
    const id = await connect('42', lease, { device: 'phone', meta: { plan: 'free' } });
    const bare = await connect('42', lease);
    await expect(connections.find(id)).resolves.toEqual({
      id,
      user: '42',
      server: 'one',
      slot: lease.slot,
      device: 'phone',
      connectedAt: expect.any(Date) as Date,
      meta: { plan: 'free' },
    });
    expect(Object.keys((await connections.find(bare)) ?? {})).toEqual(['id', 'slot', 'user', 'server', 'connectedAt']);
    await expect(connections.find(randomUUID())).resolves.toBeUndefined();
  });

  it('count the connections of a user or a server, by server', async () => {
    const [one, two] = [await registry.lease('one'), await registry.lease('two')];
    await Promise.all([connect('42', one), connect('42', one), connect('42', two), connect('7', two)]);
    await expect(connections.count({ user: '42' })).resolves.toEqual([
      { server: 'one', slot: one.slot, connections: 2 },
      { server: 'two', slot: two.slot, connections: 1 },
    ]);
    await expect(connections.count({ server: 'two' })).resolves.toEqual([{ server: 'two', slot: two.slot, connections: 2 }]);
    await expect(connections.count({ user: 'nobody' })).resolves.toEqual([]);
  });

  it('count nothing of servers that are dead, or whose slot another has by now', async () => {
    const [lapsed, former] = [await registry.lease('lapsed'), await registry.lease('former')];
    const found = [await connect('42', lapsed), await connect('42', former)];
    await registry.take(former, 'next');
    await registry.lapse(lapsed);
    await expect(connections.page({ limit: 10 })).resolves.toEqual([]);
    await expect(connections.count({ user: '42' })).resolves.toEqual([]);
    await expect(Promise.all(found.map((id) => connections.find(id)))).resolves.toEqual([undefined, undefined]);
  });

  it('tell of the servers, what they are for, and whether they live', async () => {
    const [one, two] = [await registry.lease('one'), await registry.lease('two')];
    await registry.lease('three', 8, 'api');
    const gone = await registry.lease('gone');
    await registry.store.release({ ...gone, serverId: 'gone' });
    await Promise.all([connect('42', one), connect('7', one)]);
    await registry.lapse(two);
    const known = await servers.servers();
    expect(known.map(({ id, role, slot, epoch, connections: held, state }) => [id, role, slot, epoch, held, state])).toEqual([
      ['one', 'gateway', one.slot, 1, 2, 'alive'],
      ['two', 'gateway', two.slot, 1, 0, 'lapsed'],
      ['three', 'api', 3, 1, 0, 'alive'],
    ]);
    expect(known[0]?.leaseUntil.getTime()).toBeGreaterThan(known[0]?.leasedAt.getTime() ?? 0);
    await expect(servers.slotOf('one')).resolves.toBe(one.slot);
    for (const id of ['two', 'three', 'gone', 'nobody']) await expect(servers.slotOf(id)).resolves.toBeUndefined();
  });
});
