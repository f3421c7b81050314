import { randomUUID } from 'node:crypto';
import { type LiveConnection } from '@switchboard/registry';
import { call, type Answer } from '../testing/call';
import { startApi, type RunningApi } from '../testing/start-api';

const connectedAt = new Date(Date.UTC(2024, 1, 29, 12));

let api: RunningApi;

beforeAll(async () => {
  api = await startApi();
});
afterEach(() => {
  api.fleet.clear();
});
afterAll(() => api.app.close());

function connect(user: string, slot: number, rest: Partial<LiveConnection> = {}): string {
  const id = randomUUID();
  api.fleet.connections.push({ id, user, server: `s${String(slot)}`, slot, connectedAt, ...rest });
  return id;
}

function addServer(slot: number, role: 'gateway' | 'api' = 'gateway'): void {
  const lease = { epoch: 3, leasedAt: connectedAt, leaseUntil: connectedAt, state: 'alive' } as const;
  api.fleet.servers.push({ id: `s${String(slot)}`, role, slot, connections: 2, ...lease });
}

const get = (path: string): Promise<Answer> => call(api, { method: 'GET', path });
const close = (body: object, headers = {}): Promise<Answer> =>
  call(api, { path: '/v1/connections/close', body: JSON.stringify(body), headers });
const codeOf = ({ text }: Answer): unknown => (JSON.parse(text) as { code?: unknown }).code;

describe('GET /v1/connections', () => {
  it('tells all that is known of each, page by page', async () => {
    const ids = [connect('42', 1, { device: 'phone', meta: { plan: 'free' } }), connect('42', 2), connect('7', 1)].sort();
    const seen: unknown[] = [];
    for (let path: string | undefined = '/v1/connections?limit=2'; path !== undefined;) {
      const { items, next } = JSON.parse((await get(path)).text) as { items: { id: string }[]; next: string | null };
      seen.push(...items.map(({ id }) => id));
      path = next === null ? undefined : `/v1/connections?limit=2&after=${next}`;
    }
    expect(seen).toEqual(ids);
  });

  it('finds those of a user, those of a server, and those of both', async () => {
    const [phone] = [connect('a/b', 1), connect('a/b', 2), connect('7', 1)];
    const idsOf = async (query: string): Promise<string[]> =>
      (JSON.parse((await get(`/v1/connections?${query}`)).text) as { items: { id: string }[] }).items.map(({ id }) => id);
    expect(await idsOf('user=a%2Fb&server=s1')).toEqual([phone]);
    expect(await idsOf('user=a%2Fb')).toHaveLength(2);
    expect(await idsOf('server=s1')).toHaveLength(2);
    expect(await idsOf('user=nobody')).toEqual([]);
  });

  it.each([
    'limit=0',
    'limit=1001',
    'limit=x',
    'limit=',
    'after=1',
    'user=',
    'user=a%00b',
    `user=${'x'.repeat(257)}`,
    'server=',
    `server=${'x'.repeat(65)}`,
    'device=phone',
    'user=a&user=b',
  ])('refuses ?%s', async (query) => {
    const answer = await get(`/v1/connections?${query}`);
    expect([answer.status, codeOf(answer)]).toEqual([400, 'invalid_path']);
  });
});

describe('GET /v1/connections/{id}', () => {
  it('tells about one', async () => {
    const id = connect('42', 1, { device: 'phone', meta: { plan: 'free' } });
    expect(JSON.parse((await get(`/v1/connections/${id}`)).text)).toEqual({
      id,
      user: '42',
      server: 's1',
      device: 'phone',
      connectedAt: '2024-02-29T12:00:00.000Z',
      meta: { plan: 'free' },
    });
  });

  it.each([randomUUID(), 'not-a-uuid', 'close', '%00'])('knows no connection %s', async (id) => {
    expect((await get(`/v1/connections/${id}`)).status).toBe(404);
    expect((await call(api, { method: 'DELETE', path: `/v1/connections/${id}` })).status).toBe(404);
  });
});

describe('DELETE /v1/connections/{id}', () => {
  const remove = (id: string, headers = {}): Promise<Answer> => call(api, { method: 'DELETE', path: `/v1/connections/${id}`, headers });

  it('lets its server close it', async () => {
    const id = connect('42', 3);
    const answer = await remove(id);
    expect([answer.status, answer.text]).toEqual([204, '']);
    expect(api.fleet.told).toEqual([{ slots: [3], command: { name: 'close', whose: { connection: id }, reason: 'administrator' } }]);
  });

  it('says when its server does not confirm, and when it was gone', async () => {
    const id = connect('42', 3);
    api.fleet.silent.add(3);
    const unanswered = await remove(id);
    expect([unanswered.status, codeOf(unanswered), unanswered.headers.get('retry-after')]).toEqual([503, 'unavailable', '1']);
    api.fleet.silent.clear();
    api.fleet.closes = 0;
    expect((await remove(id)).status).toBe(404);
  });

  it('is for administrators', async () => {
    const id = connect('42', 3);
    expect((await remove(id, { authorization: 'Bearer reader' })).status).toBe(403);
    expect((await close({ user: '42' }, { authorization: 'Bearer sender' })).status).toBe(403);
    const drain = { path: '/v1/servers/s1/drain', headers: { authorization: 'Bearer reader' } };
    expect((await call(api, drain)).status).toBe(403);
    expect(api.fleet.told).toEqual([]);
  });
});

describe('POST /v1/connections/close', () => {
  it('closes all connections of a user, wherever they are, and tells who did not confirm', async () => {
    for (const slot of [1, 1, 2, 3]) connect('42', slot);
    connect('7', 4);
    api.fleet.silent.add(2);
    const answer = await close({ user: '42', perSecond: 50 });
    expect(answer.status).toBe(202);
    expect(JSON.parse(answer.text)).toEqual({
      connections: 3,
      servers: [
        { server: 's1', connections: 2 },
        { server: 's3', connections: 1 },
      ],
      unanswered: ['s2'],
    });
    expect(api.fleet.told).toEqual([
      { slots: [1, 2, 3], command: { name: 'close', whose: { user: '42' }, reason: 'administrator', perSecond: 50 } },
    ]);
  });

  it('closes all connections of a server, which it names', async () => {
    addServer(2);
    connect('42', 2);
    expect((await close({ server: 's2' })).status).toBe(202);
    expect(api.fleet.told).toEqual([{ slots: [2], command: { name: 'close', whose: { server: 's2' }, reason: 'administrator' } }]);
    expect((await close({ server: 's9' })).status).toBe(404);
  });

  it('only counts in a dry run', async () => {
    addServer(1);
    for (const slot of [1, 1, 2]) connect('42', slot);
    const [user, server] = [await close({ user: '42', dryRun: true }), await close({ server: 's1', dryRun: true })];
    expect([user.status, server.status]).toEqual([200, 200]);
    expect(JSON.parse(user.text)).toEqual({
      connections: 3,
      servers: [
        { server: 's1', connections: 2 },
        { server: 's2', connections: 1 },
      ],
      unanswered: [],
    });
    expect(JSON.parse(server.text)).toMatchObject({ connections: 2 });
    expect(api.fleet.told).toEqual([]);
  });

  it('has nothing to close where the user is not', async () => {
    expect(JSON.parse((await close({ user: 'nobody' })).text)).toEqual({ connections: 0, servers: [], unanswered: [] });
  });

  it.each([
    [{}, 'invalid_field'],
    [{ user: '42', server: 's1' }, 'invalid_field'],
    [{ user: '' }, 'invalid_field'],
    [{ user: 7 }, 'invalid_field'],
    [{ server: 'x'.repeat(65) }, 'invalid_field'],
    [{ user: '42', perSecond: 0 }, 'invalid_field'],
    [{ user: '42', perSecond: 1.5 }, 'invalid_field'],
    [{ user: '42', dryRun: 'yes' }, 'invalid_field'],
    [{ user: '42', dryrun: true }, 'unknown_field'],
  ])('refuses %j', async (body, code) => {
    const answer = await close(body);
    expect([answer.status, codeOf(answer)]).toEqual([400, code]);
    expect(api.fleet.told).toEqual([]);
  });
});

describe('Servers', () => {
  it('are listed with what they are for and what they hold', async () => {
    addServer(1);
    addServer(2, 'api');
    const time = '2024-02-29T12:00:00.000Z';
    const common = { epoch: 3, connections: 2, leasedAt: time, leaseUntil: time, state: 'alive' };
    expect(JSON.parse((await get('/v1/servers')).text)).toEqual([
      { id: 's1', role: 'gateway', slot: 1, ...common },
      { id: 's2', role: 'api', slot: 2, ...common },
    ]);
  });

  it('are drained one at a time', async () => {
    addServer(1);
    connect('42', 1);
    const drain = (id: string): Promise<Answer> => call(api, { path: `/v1/servers/${id}/drain` });
    const answer = await drain('s1');
    expect([answer.status, JSON.parse(answer.text)]).toEqual([202, { server: 's1', connections: 1 }]);
    expect(api.fleet.told).toEqual([{ slots: [1], command: { name: 'drain', server: 's1' } }]);
    expect((await drain('s9')).status).toBe(404);
    api.fleet.silent.add(1);
    expect((await drain('s1')).status).toBe(503);
  });
});
