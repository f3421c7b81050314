import { call, type Answer } from '../testing/call';
import { startApi, type RunningApi } from '../testing/start-api';

describe('POST of an ephemeral message', () => {
  let api: RunningApi;

  beforeAll(async () => {
    api = await startApi();
  });
  afterEach(() => {
    api.ephemerals.kept.length = 0;
    api.accepted.kept.length = 0;
  });
  afterAll(() => api.app.close());

  const post = (path: string, body: object, headers = {}): Promise<Answer> => call(api, { path, body: JSON.stringify(body), headers });

  it.each([
    ['/v1/users/42/messages', {}, { user: '42' }],
    ['/v1/channels/news/messages', {}, { channel: 'news' }],
    ['/v1/everyone/messages', {}, { everyone: true }],
    ['/v1/messages', { to: { user: '42' } }, { user: '42' }],
    ['/v1/connections/here/messages', {}, { connection: 'here' }],
  ])('to %s answers 202 without a seq, and keeps nothing', async (path, fields, target) => {
    const body = { ...fields, data: { a: 1 }, event: 'e', durability: 'ephemeral', ttlSeconds: 3, conflateKey: 'k' };
    const { status, text } = await post(path, body);
    expect([status, Object.keys(JSON.parse(text) as object)]).toEqual([202, ['id', 'stream', 'time']]);
    const content = Buffer.from('"event":"e","data":{"a":1}}');
    expect(api.ephemerals.kept).toEqual([{ target, content, ttlMs: 3_000, conflateKey: 'k' }]);
    expect(api.accepted.kept).toEqual([]);
  });

  it('to several users has a result for each', async () => {
    const { text } = await post('/v1/messages', { to: { users: ['1', '2'] }, durability: 'ephemeral', data: 1 });
    expect(JSON.parse(text)).toMatchObject({ results: [{ stream: 'user:1' }, { stream: 'user:2' }] });
  });

  it('to one connection need not say that it is ephemeral, and cannot be durable', async () => {
    expect((await post('/v1/connections/here/messages', { data: 1, conflateKey: 'k' })).status).toBe(202);
    const { status, text } = await post('/v1/connections/here/messages', { data: 1, durability: 'durable' });
    expect([status, JSON.parse(text)]).toMatchObject([400, { code: 'invalid_field' }]);
  });

  it('to a connection that does not exist is 404', async () => {
    const { status, text } = await post('/v1/connections/gone/messages', { data: 1 });
    expect([status, JSON.parse(text)]).toMatchObject([404, { code: 'not_found' }]);
  });

  it('cannot have an idempotency key, by body or header', async () => {
    const body = { data: 1, durability: 'ephemeral' };
    expect((await post('/v1/users/42/messages', { ...body, idempotencyKey: 'k' })).status).toBe(400);
    expect((await post('/v1/connections/here/messages', body, { 'idempotency-key': 'k' })).status).toBe(400);
    expect(api.ephemerals.kept).toEqual([]);
  });

  it('can be waited for until it is written', async () => {
    const answer = post('/v1/users/42/messages?wait=written&timeoutMs=10000', { data: 1, durability: 'ephemeral' });
    while (api.ephemerals.kept.length === 0) await new Promise(setImmediate);
    const wait = api.ephemerals.kept[0]?.wait;
    api.replies.replied(wait?.id ?? '', { name: 'outcome', outcome: 'written' });
    const { status, text } = await answer;
    expect([status, JSON.parse(text)]).toMatchObject([200, { stream: 'user:42', outcome: 'written' }]);
  });
});
