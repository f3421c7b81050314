import { randomUUID } from 'node:crypto';
import { ConnectionsOfUser } from './connections-of-user';
import type { Lease } from './lease';
import { TestConnection, TestRegistry } from './testing/test-registry';

const settings = { lookupMaxBatch: 100, lookupLingerMs: 1, lookupMaxQueued: 10_000 };

describe('ConnectionsOfUser', () => {
  let registry: TestRegistry;
  let hot: TestConnection;

  const connect = async (user: string, { slot, epoch }: Lease, atS: number, id: string = randomUUID()): Promise<string> => {
    await registry.sql('INSERT INTO connections VALUES ($1, $2, $3, $4, NULL, to_timestamp($5))', [user, id, slot, epoch, atS]);
    return id;
  };
  const idsOf = async (user: string, order: 'oldest' | 'newest', most: number): Promise<string[]> =>
    (await new ConnectionsOfUser(hot, settings, order, most).first(user)).map(({ id }) => id);

  beforeAll(async () => {
    registry = await TestRegistry.create();
  });
  beforeEach(async () => {
    await registry.clear();
    hot = new TestConnection(registry.hot);
  });
  afterAll(() => registry.close());

  it('tells the oldest or the newest first, and of those that came at the same moment the same one', async () => {
    const [one, two] = [await registry.lease('one'), await registry.lease('two')];
    const [low, high] = ['00000000-0000-4000-8000-000000000000', 'ffffffff-0000-4000-8000-000000000000'];
    const oldest = await connect('42', two, 1);
    await connect('42', one, 2, high);
    await connect('42', two, 2, low);
    const newest = await connect('42', one, 3);
    await connect('43', one, 0);
    expect(await idsOf('42', 'oldest', 3)).toEqual([oldest, low, high]);
    expect(await idsOf('42', 'newest', 3)).toEqual([newest, high, low]);
    expect(await new ConnectionsOfUser(hot, settings, 'oldest', 1).first('42')).toEqual([{ id: oldest, slot: two.slot }]);
    expect(await idsOf('nobody', 'oldest', 3)).toEqual([]);
  });

  it('counts nothing of servers that are dead', async () => {
    const [dead, alive] = [await registry.lease('dead'), await registry.lease('alive')];
    await connect('42', dead, 1);
    const id = await connect('42', alive, 2);
    await registry.lapse(dead);
    expect(await idsOf('42', 'oldest', 10)).toEqual([id]);
  });

  it('asks once for many who come together', async () => {
    const one = await registry.lease('one');
    const ids = await Promise.all(Array.from({ length: 50 }, (_, index) => connect(String(index), one, index)));
    const lookup = new ConnectionsOfUser(hot, settings, 'oldest', 10);
    const found = await Promise.all(ids.map((_, index) => lookup.first(String(index))));
    expect(found.map(([first]) => first?.id)).toEqual(ids);
    expect(hot.statements).toHaveLength(1);
  });
});
