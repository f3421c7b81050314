import { randomUUID } from 'node:crypto';
import { ConnectionDirectory } from './connection-directory';
import type { Lease } from './lease';
import { ServerLookup } from './server-lookup';
import { TestConnection, TestRegistry } from './testing/test-registry';

const settings = { lookupMaxBatch: 100, lookupLingerMs: 1, lookupMaxQueued: 10_000 };

describe('Looking up servers', () => {
  let registry: TestRegistry;
  let lookup: ServerLookup;
  let hot: TestConnection;

  const connect = async (user: string, { slot, epoch }: Lease, device: string | null = null): Promise<string> => {
    const id = randomUUID();
    await registry.sql('INSERT INTO connections VALUES ($1, $2, $3, $4, $5, now())', [user, id, slot, epoch, device]);
    return id;
  };
  const subscribe = (channel: string, { slot, epoch }: Lease): Promise<unknown> =>
    registry.sql('INSERT INTO channel_servers VALUES ($1, $2, $3)', [channel, slot, epoch]);

  beforeAll(async () => {
    registry = await TestRegistry.create();
  });
  beforeEach(async () => {
    await registry.clear();
    hot = new TestConnection(registry.hot);
    lookup = new ServerLookup(hot, settings);
  });
  afterAll(() => registry.close());

  it('finds every server that holds a connection of the user, each once', async () => {
    const [one, two] = [await registry.lease('one'), await registry.lease('two')];
    await Promise.all([connect('42', one), connect('42', one), connect('42', two), connect('43', two)]);
    expect([...(await lookup.slotsOf('user:42'))].sort()).toEqual([1, 2]);
    await expect(lookup.slotsOf('user:43')).resolves.toEqual([2]);
    await expect(lookup.slotsOf('user:nobody')).resolves.toEqual([]);
  });

  it('finds the servers that follow a channel, and for everyone all that hold sockets', async () => {
    const [one, two] = [await registry.lease('one'), await registry.lease('two')];
    await registry.lease('answers only', 8, 'api');
    await Promise.all([subscribe('news', one), subscribe('news', two), subscribe('sport', two)]);
    expect([...(await lookup.slotsOf('channel:news'))].sort()).toEqual([1, 2]);
    await expect(lookup.slotsOf('channel:sport')).resolves.toEqual([2]);
    expect([...(await lookup.slotsOf('everyone'))].sort()).toEqual([1, 2]);
    await expect(lookup.slotsOf('planet:mars')).rejects.toThrow('not the key of a stream');
  });

  it('finds the server that holds a connection', async () => {
    const [one, two] = [await registry.lease('one'), await registry.lease('two')];
    const ids = [await connect('42', one), await connect('42', two), await connect('43', two)];
    const gone = await registry.lease('gone');
    const lost = await connect('42', gone);
    await registry.lapse(gone);
    const asked = [...ids, lost, randomUUID(), 'nonsense'];
    const found = await Promise.all(asked.map((id) => lookup.slotOfConnection(id)));
    expect(found).toEqual([one.slot, two.slot, two.slot, undefined, undefined, undefined]);
    expect(hot.statements).toEqual([expect.stringMatching(/^slots_of_connections/)]);
  });

  it('counts nothing of servers that are dead, or whose slot another has by now', async () => {
    const [lapsed, former, alive] = [await registry.lease('lapsed'), await registry.lease('former'), await registry.lease('alive')];
    for (const lease of [lapsed, former, alive]) await Promise.all([connect('42', lease), subscribe('news', lease)]);
    await registry.take(former, 'next');
    await registry.lapse(lapsed);
    await expect(lookup.slotsOf('user:42')).resolves.toEqual([alive.slot]);
    await expect(lookup.slotsOf('channel:news')).resolves.toEqual([alive.slot]);
    expect([...(await lookup.slotsOf('everyone'))].sort()).toEqual([former.slot, alive.slot]);
    await expect(new ConnectionDirectory(registry.dataSource).connectionsOf('42')).resolves.toMatchObject([{ server: 'alive' }]);
  });

  it('answers many callers with few statements, in the order of their calls', async () => {
    const one = await registry.lease('one');
    await Promise.all(Array.from({ length: 20 }, (_, index) => connect(String(index), one)));
    const ended: number[] = [];
    const ask = async (call: number): Promise<void> => {
      await expect(lookup.slotsOf(`user:${String(call % 20)}`)).resolves.toEqual([1]);
      ended.push(call);
    };
    await Promise.all(Array.from({ length: 1_000 }, (_, call) => ask(call)));
    expect(ended).toEqual([...ended].sort((a, b) => a - b));
    expect(hot.statements).toHaveLength(10);
  });

  it('sees whatever was committed before the call, also while another look-up is under way', async () => {
    const one = await registry.lease('one');
    const tries = Array.from({ length: 50 }, async (_, index) => {
      const user = `user ${String(index)}`;
      await connect(user, one);
      return lookup.slotsOf(`user:${user}`);
    });
    expect(await Promise.all(tries)).toEqual(Array.from({ length: 50 }, () => [1]));
  });

  it('tells services of a user’s connections', async () => {
    const one = await registry.lease('one');
    const [first, second] = [await connect('42', one, 'phone'), await connect('42', one)];
    await connect('43', one);
    const connections = await new ConnectionDirectory(registry.dataSource).connectionsOf('42');
    expect(connections).toEqual([
      { id: first, user: '42', server: 'one', slot: one.slot, device: 'phone', connectedAt: expect.any(Date) as Date },
      { id: second, user: '42', server: 'one', slot: one.slot, connectedAt: expect.any(Date) as Date },
    ]);
  });
});
