import { waitFor } from '@switchboard/testing';
import { randomUUID } from 'node:crypto';
import { ConnectionRegistry } from './connection-registry';
import type { RegisteredConnection } from './connection-row';
import type { Lease, LeaseSource } from './lease';
import { TestConnection, TestRegistry } from './testing/test-registry';

const connectionOf = (user: string): RegisteredConnection => ({ id: randomUUID(), user, device: 'phone', meta: { plan: 'pro' } });

/** A server that writes rows under a lease which the test may change. */
class TestServer implements LeaseSource {
  readonly hot: TestConnection;
  readonly rows: ConnectionRegistry;

  constructor(
    registry: TestRegistry,
    public current: Lease | undefined,
    registrationTimeoutMs = 5_000,
  ) {
    this.hot = new TestConnection(registry.hot);
    const settings = { registrationTimeoutMs, registryMaxBatch: 500, registryLingerMs: 2, registryMaxPending: 10_000 };
    this.rows = new ConnectionRegistry(this.hot, settings, this);
  }
}

describe('ConnectionRegistry', () => {
  let registry: TestRegistry;
  let servers: TestServer[] = [];

  const serverOf = (lease: Lease | undefined, registrationTimeoutMs?: number): TestServer => {
    const server = new TestServer(registry, lease, registrationTimeoutMs);
    servers.push(server);
    return server;
  };

  beforeAll(async () => {
    registry = await TestRegistry.create();
  });
  beforeEach(() => registry.clear());
  afterEach(() => {
    for (const { rows } of servers) rows.close();
    servers = [];
  });
  afterAll(() => registry.close());

  it('has the rows of connections and channels committed when it says so, and gone likewise', async () => {
    const { rows } = serverOf(await registry.lease('one'));
    const connection = connectionOf('42');
    await Promise.all([rows.register(connection), rows.addChannel('news')]);
    await expect(registry.rows()).resolves.toEqual(['#news 1/1', '42 1/1']);
    await Promise.all([rows.unregister(connection), rows.removeChannel('news')]);
    await expect(registry.rows()).resolves.toEqual([]);
    expect(rows.pending).toBe(0);
  });

  it('keeps what the connection brought', async () => {
    const { rows } = serverOf(await registry.lease('one'));
    const connectedAtMs = Date.now() - 5_000;
    await rows.register({ ...connectionOf('42'), connectedAtMs, meta: { odd: '\u0000', big: 1e300 } });
    await rows.register({ id: randomUUID(), user: '43' });
    const stored = await registry.sql('SELECT device, meta, connected_at FROM connections ORDER BY user_id');
    expect(stored[0]).toEqual({ device: 'phone', meta: { odd: '\u0000', big: 1e300 }, connected_at: new Date(connectedAtMs) });
    expect(stored[1]).toMatchObject({ device: null, meta: null });
  });

  it('writes a thousand connections with few statements, and removes them likewise', async () => {
    const { rows, hot } = serverOf(await registry.lease('one'));
    const connections = Array.from({ length: 1_000 }, (_, index) => connectionOf(String(index)));
    await Promise.all(connections.map((connection) => rows.register(connection)));
    await expect(registry.rows()).resolves.toHaveLength(1_000);
    expect(hot.statements).toHaveLength(2);
    await Promise.all(connections.map((connection) => rows.unregister(connection)));
    await expect(registry.rows()).resolves.toEqual([]);
    expect(hot.statements).toHaveLength(4);
  });

  it('ends as it was last wanted, whatever was under way', async () => {
    const { rows, hot } = serverOf(await registry.lease('one'));
    const [stays, goes] = [connectionOf('stays'), connectionOf('goes')];
    const outcomes = Promise.allSettled([rows.register(stays), rows.register(goes), rows.addChannel('news')]);
    await Promise.resolve(); // the first batch is on its way
    expect(hot.statements).toHaveLength(2);
    await Promise.all([rows.unregister(goes), rows.removeChannel('news'), rows.addChannel('news')]);
    expect((await outcomes).map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'fulfilled']);
    await expect(registry.rows()).resolves.toEqual(['#news 1/1', 'stays 1/1']);
  });

  it('changes nothing for a server whose slot was taken', async () => {
    const former = serverOf(await registry.lease('former'));
    const [before, moved, after] = [connectionOf('before'), connectionOf('moved'), connectionOf('after')];
    await Promise.all([former.rows.register(before), former.rows.register(moved), former.rows.addChannel('news')]);
    const lease = await registry.take(former.current ?? { slot: 0, epoch: 0 }, 'next');
    const next = serverOf(lease);
    await Promise.all([next.rows.register(connectionOf('theirs')), next.rows.register(moved), next.rows.addChannel('news')]);
    const rowsOfNext = await registry.rows();
    expect(rowsOfNext).toContain('#news 1/2');

    await expect(former.rows.register(after)).rejects.toMatchObject({ code: 'registration_failed', retryable: true });
    await expect(former.rows.addChannel('other')).rejects.toMatchObject({ code: 'unavailable' });
    await Promise.all([former.rows.removeChannel('news'), former.rows.unregister(moved)]);
    await expect(former.rows.registerAll([before], ['news'])).rejects.toMatchObject({ code: 'registration_failed' });
    await former.rows.clearServer({ slot: lease.slot, epoch: lease.epoch - 1 });
    await expect(registry.rows()).resolves.toEqual(rowsOfNext.filter((row) => !row.startsWith('before')));
  });

  it('registers nothing without a lease', async () => {
    const { rows, hot } = serverOf(undefined);
    await expect(rows.register(connectionOf('42'))).rejects.toMatchObject({ code: 'registration_failed' });
    await expect(rows.addChannel('news')).rejects.toMatchObject({ code: 'unavailable' });
    await rows.unregister(connectionOf('42'));
    expect(hot.statements).toEqual([]);
  });

  it('registers everything again under a new lease, without what ends meanwhile', async () => {
    const server = serverOf(await registry.lease('one'));
    const live = new Map(Array.from({ length: 2_500 }, (_, index) => [index, connectionOf(`user ${String(index)}`)]));
    await server.rows.registerAll(live.values(), ['news', 'sport']);
    const former = server.current ?? { slot: 0, epoch: 0 };
    await registry.take(former, 'other');
    server.current = await registry.lease('one');

    const again = server.rows.registerAll(live.values(), ['news', 'sport']);
    const [first, last] = [live.get(0), live.get(2_499)];
    if (first === undefined || last === undefined) throw new Error('the test has no connections');
    live.delete(0);
    live.delete(2_499);
    await Promise.all([again, server.rows.unregister(first), server.rows.unregister(last)]);
    const lease = `${String(server.current.slot)}/${String(server.current.epoch)}`;
    const rows = await registry.rows();
    expect(rows.filter((row) => row.startsWith('user') && row.endsWith(lease))).toHaveLength(2_498);
    expect(rows).toEqual(expect.arrayContaining([`#news ${lease}`, `#sport ${lease}`]));
  });

  it('writes what waited for the database under the lease that the server has by then', async () => {
    const server = serverOf(await registry.lease('one'));
    server.hot.isCut = true;
    const registered = server.rows.register(connectionOf('42'));
    await new Promise((resolve) => setImmediate(resolve));
    server.current = await registry.lease('one');
    server.hot.isCut = false;
    await registered;
    await expect(registry.rows()).resolves.toEqual(['42 2/1']);
  });

  it('gives up registering when the database is away for too long, and leaves no row behind', async () => {
    const { rows, hot } = serverOf(await registry.lease('one'), 1_000);
    hot.isCut = true;
    await expect(rows.register(connectionOf('removed'))).rejects.toMatchObject({
      code: 'registration_failed',
      cause: { message: 'no answer within 1000 ms' },
    });
    expect(rows.pending).toBe(1);
    hot.isCut = false;
    // The removal is tried again with backoff; what comes after it has the database to itself.
    await waitFor('the removal', () => rows.pending === 0);
    await rows.register(connectionOf('kept'));
    await expect(registry.rows()).resolves.toEqual(['kept 1/1']);
  });

  it('outlives a short outage without anybody noticing', async () => {
    const { rows, hot } = serverOf(await registry.lease('one'));
    hot.isCut = true;
    const registered = rows.register(connectionOf('42'));
    const added = rows.addChannel('news');
    await new Promise((resolve) => setImmediate(resolve));
    hot.isCut = false;
    await Promise.all([registered, added]);
    await expect(registry.rows()).resolves.toEqual(['#news 1/1', '42 1/1']);
  });

  it('refuses only the connection that can never be written', async () => {
    const { rows } = serverOf(await registry.lease('one'));
    const users = ['a', 'b', 'bad\u0000', 'c'];
    const outcomes = await Promise.allSettled(users.map((user) => rows.register(connectionOf(user))));
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled']);
    await expect(rows.register({ id: 'no uuid', user: 'd' })).rejects.toThrow(TypeError);
    await rows.registerAll([connectionOf('bad\u0000'), connectionOf('d')], []);
    await expect(registry.rows()).resolves.toEqual(['a 1/1', 'b 1/1', 'c 1/1', 'd 1/1']);
  });

  it('refuses new connections while too many wait', async () => {
    const { hot, rows } = serverOf(await registry.lease('one'), 500);
    hot.isCut = true;
    const waiting = Array.from({ length: 10_000 }, (_, index) => rows.register(connectionOf(String(index))).catch(() => undefined));
    await expect(rows.register(connectionOf('one too many'))).rejects.toMatchObject({ code: 'overloaded' });
    rows.close();
    await Promise.all(waiting);
  });

  it('clears its own rows at shutdown, and nobody else’s', async () => {
    const [leaving, staying] = [serverOf(await registry.lease('leaving')), serverOf(await registry.lease('staying'))];
    await leaving.rows.registerAll(
      Array.from({ length: 100 }, (_, index) => connectionOf(String(index))),
      ['news'],
    );
    await staying.rows.registerAll([connectionOf('42')], ['news']);
    await expect(leaving.rows.clearServer(leaving.current ?? { slot: 0, epoch: 0 })).resolves.toBe(101);
    await expect(registry.rows()).resolves.toEqual(['#news 2/1', '42 2/1']);
  });
});
