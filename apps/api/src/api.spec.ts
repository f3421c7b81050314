import { BOUNDS, ERRORS, SwitchboardError } from '@switchboard/protocol';
import { encodeMessageId } from '@switchboard/protocol/events';
import { apiSettings, readSettings } from '@switchboard/config';
import { call, type Call } from './testing/call';
import { startApi, type RunningApi } from './testing/start-api';

const MESSAGE = '{"data":1}';
const FOUR_BYTES = '😀';

let api: RunningApi;

beforeAll(async () => {
  api = await startApi();
});

afterEach(() => {
  api.accepted.kept.length = 0;
  api.accepted.failure = undefined;
  api.failing.clear();
  api.fleet.clear();
});

afterAll(async () => {
  await api.app.close();
});

/** The content that the last message went on with. */
function lastContent(): string | undefined {
  return api.accepted.kept.at(-1)?.content.toString();
}

describe('POST of a message', () => {
  it('answers 202 with where the message stands', async () => {
    const answer = await call(api, { body: MESSAGE });
    expect(answer.status).toBe(202);
    expect(answer.headers.get('content-type')).toMatch(/^application\/json/);
    expect(answer.text).toBe('{"id":"id-1","stream":"user:42","seq":1,"time":"2024-02-29T12:00:00.007Z"}');
  });

  it.each([
    ['/v1/users/42/messages', MESSAGE, { user: '42' }],
    ['/v1/channels/news:eu.west@1~x/messages', MESSAGE, { channel: 'news:eu.west@1~x' }],
    ['/v1/messages', '{"to":{"user":"a/b"},"data":1}', { user: 'a/b' }],
    ['/v1/messages', '{"data":1,"to":{"channel":"news"}}', { channel: 'news' }],
  ])('%s: %s goes to %j', async (path, body, target) => {
    expect((await call(api, { path, body })).status).toBe(202);
    expect(api.accepted.kept).toEqual([{ target, content: Buffer.from('"data":1}') }]);
  });

  it.each([
    'auth0|5f7c8ec7c33c6c004bbafe82',
    'google-oauth2|117',
    'first.last+tag@example.com',
    'https://id.example.com/users/7?x=1#me',
    'with space',
    '100% sure',
    '%2F',
    'a;b=c',
    'żółć',
    'x'.repeat(BOUNDS.userBytes),
    FOUR_BYTES.repeat(BOUNDS.userBytes / 4),
  ])('takes the user %s, percent-encoded in the path or as it is in the body', async (user) => {
    expect((await call(api, { path: `/v1/users/${encodeURIComponent(user)}/messages`, body: MESSAGE })).status).toBe(202);
    expect((await call(api, { path: '/v1/messages', body: JSON.stringify({ to: { user }, data: 1 }) })).status).toBe(202);
    expect(api.accepted.kept.map(({ target }) => target)).toEqual([{ user }, { user }]);
  });

  it.each(['12345678901234567890', '1.0', '{"b":1,"a":{"c":[1 , 2]},"b":2}', '"\\u00e9\\/😀"', 'null', '""', '[\n1\n]'])(
    'passes data on byte for byte: %s',
    async (data) => {
      expect((await call(api, { body: `{ "data" : ${data} , "event":"order.shipped" }` })).status).toBe(202);
      expect(lastContent()).toBe(`"event":"order.shipped","data":${data}}`);
    },
  );

  it('takes data and names up to their bounds', async () => {
    const data = `"${'x'.repeat(BOUNDS.dataBytes - 2)}"`;
    const event = '\\u0041'.repeat(BOUNDS.eventNameBytes);
    const user = '\\u0041'.repeat(BOUNDS.userBytes);
    const answer = await call(api, { path: '/v1/messages', body: `{"to":{"user":"${user}"},"event":"${event}","data":${data}}` });
    expect(answer.status).toBe(202);
  });

  it('counts what it takes and what it refuses', async () => {
    const counting = await startApi();
    await call(counting, { body: MESSAGE });
    await call(counting, { body: '{' });
    const { text } = await call(counting, { method: 'GET', path: '/metrics' });
    await counting.app.close();
    expect(text).toContain('switchboard_messages_accepted_total 1');
    expect(text).toContain('switchboard_messages_refused_total{code="invalid_json"} 1');
    expect(text).toContain('switchboard_http_request_seconds_count{route="/v1/users/:user/messages",status="202"} 1');
    expect(text).not.toContain('/v1/users/42');
  });
});

type Refusal = readonly [name: string, request: Call, code: keyof typeof ERRORS];

const refusals: readonly Refusal[] = [
  ['no body', {}, 'invalid_json'],
  ['an empty body', { body: '' }, 'invalid_json'],
  ['half a body', { body: '{"data":' }, 'invalid_json'],
  ['an array', { body: '[1]' }, 'invalid_json'],
  ['two objects', { body: `${MESSAGE}${MESSAGE}` }, 'invalid_json'],
  ['bytes that are not UTF-8', { body: Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x7d]) }, 'invalid_json'],
  ['no data', { body: '{"event":"e"}' }, 'invalid_field'],
  ['data twice', { body: '{"data":1,"data":2}' }, 'invalid_field'],
  ['an event of the wrong type', { body: '{"data":1,"event":5}' }, 'invalid_field'],
  ['an event that is null', { body: '{"data":1,"event":null}' }, 'invalid_field'],
  ['an empty event', { body: '{"data":1,"event":""}' }, 'invalid_field'],
  ['an event that is too long', { body: JSON.stringify({ data: 1, event: 'e'.repeat(BOUNDS.eventNameBytes + 1) }) }, 'invalid_field'],
  ['an event with a control character', { body: '{"data":1,"event":"a\\nb"}' }, 'invalid_field'],
  ['an event with half a character', { body: '{"data":1,"event":"\\ud800"}' }, 'invalid_field'],
  ['a field that does not exist', { body: '{"data":1,"ttlSecs":5}' }, 'unknown_field'],
  ['a field that does not exist', { body: '{"data":1,"ttl":5}' }, 'unknown_field'],
  ['a field named __proto__', { body: '{"data":1,"__proto__":{"event":"e"}}' }, 'unknown_field'],
  ['a field with a huge name', { body: JSON.stringify({ data: 1, ['x'.repeat(60_000)]: 1 }) }, 'unknown_field'],
  ['to in a path that says to whom', { body: '{"data":1,"to":{"user":"7"}}' }, 'unknown_field'],
  ['no to', { path: '/v1/messages', body: MESSAGE }, 'invalid_field'],
  ['an empty to', { path: '/v1/messages', body: '{"data":1,"to":{}}' }, 'invalid_field'],
  ['two targets in one', { path: '/v1/messages', body: '{"data":1,"to":{"user":"a","channel":"b"}}' }, 'invalid_field'],
  ['a user of the wrong type', { path: '/v1/messages', body: '{"data":1,"to":{"user":7}}' }, 'invalid_field'],
  ['an empty user', { path: '/v1/messages', body: '{"data":1,"to":{"user":""}}' }, 'invalid_field'],
  ['a channel with a slash', { path: '/v1/messages', body: '{"data":1,"to":{"channel":"a/b"}}' }, 'invalid_field'],
  ['malformed percent-encoding', { path: '/v1/users/%zz/messages', body: MESSAGE }, 'invalid_path'],
  ['percent-encoding that is not UTF-8', { path: '/v1/users/%2F%ff/messages', body: MESSAGE }, 'invalid_path'],
  ['a user with a control character', { path: '/v1/users/a%00b/messages', body: MESSAGE }, 'invalid_path'],
  ['a user that is too long', { path: `/v1/users/${'x'.repeat(BOUNDS.userBytes + 1)}/messages`, body: MESSAGE }, 'invalid_path'],
  ['a user too long in bytes', { path: `/v1/users/${encodeURIComponent(FOUR_BYTES.repeat(65))}/messages`, body: MESSAGE }, 'invalid_path'],
  ['a user of 12 KB', { path: `/v1/users/${'x'.repeat(12_000)}/messages`, body: MESSAGE }, 'invalid_path'],
  ['a channel with a slash in the path', { path: '/v1/channels/a%2Fb/messages', body: MESSAGE }, 'invalid_path'],
  ['a query parameter', { path: '/v1/users/42/messages?waits=written', body: MESSAGE }, 'invalid_path'],
  ['no key', { body: MESSAGE, headers: { authorization: null } }, 'unauthorized'],
  ['a wrong key', { body: MESSAGE, headers: { authorization: 'Bearer nobody' } }, 'unauthorized'],
  ['another scheme', { body: MESSAGE, headers: { authorization: 'Basic YWxsOmFsbA==' } }, 'unauthorized'],
  ['two secrets', { body: MESSAGE, headers: { authorization: 'Bearer all all' } }, 'unauthorized'],
  ['no key and a broken body', { body: '{', headers: { authorization: null } }, 'unauthorized'],
  ['no key and a body that is too large', { body: 'x'.repeat(200_000), headers: { authorization: null } }, 'unauthorized'],
  ['a key without the scope', { body: MESSAGE, headers: { authorization: 'Bearer reader' } }, 'forbidden'],
  ['a key that may only send', { method: 'GET', path: '/v1/users/42', headers: { authorization: 'Bearer sender' } }, 'forbidden'],
  ['an unknown path', { method: 'GET', path: '/v2/users/42' }, 'not_found'],
  ['an unknown path with a body', { path: '/v1/users/42/message', body: MESSAGE }, 'not_found'],
  ['a path without its user', { path: '/v1/users//messages', body: MESSAGE }, 'not_found'],
  ['a slash too many', { path: '/v1/users/42/messages/', body: MESSAGE }, 'not_found'],
  ['the wrong method', { method: 'PUT', body: MESSAGE }, 'method_not_allowed'],
  ['data over its limit', { body: JSON.stringify({ data: 'x'.repeat(BOUNDS.dataBytes - 1) }) }, 'too_large'],
  ['a body over its limit', { body: `{"data":1${' '.repeat(100_000)}}` }, 'too_large'],
  ['text', { body: MESSAGE, headers: { 'content-type': 'text/plain' } }, 'unsupported_media_type'],
  ['no content type', { body: MESSAGE, headers: { 'content-type': '' } }, 'unsupported_media_type'],
  ['a form', { body: 'data=1', headers: { 'content-type': 'application/x-www-form-urlencoded' } }, 'unsupported_media_type'],
  ['nearly JSON', { body: MESSAGE, headers: { 'content-type': 'application/jsonp' } }, 'unsupported_media_type'],
  ['a compressed body', { body: MESSAGE, headers: { 'content-encoding': 'gzip' } }, 'unsupported_media_type'],
  ['an idempotency key that is too long', { body: MESSAGE, headers: { 'idempotency-key': 'k'.repeat(256) } }, 'invalid_field'],
  ['an empty idempotency key', { body: MESSAGE, headers: { 'idempotency-key': '' } }, 'invalid_field'],
  ['two idempotency keys', { body: '{"data":1,"idempotencyKey":"a"}', headers: { 'idempotency-key': 'b' } }, 'invalid_field'],
  ['an idempotency key that is no text', { body: '{"data":1,"idempotencyKey":5}' }, 'invalid_field'],
  ['an idempotency key with a control character', { body: '{"data":1,"idempotencyKey":"a\\u0000"}' }, 'invalid_field'],
  ['an idempotency key for an ephemeral message', { body: '{"data":1,"durability":"ephemeral","idempotencyKey":"k"}' }, 'invalid_field'],
  ['a conflate key for a durable message', { body: '{"data":1,"conflateKey":"k"}' }, 'invalid_field'],
  [
    'a conflate key that is too long',
    { body: JSON.stringify({ data: 1, durability: 'ephemeral', conflateKey: 'k'.repeat(256) }) },
    'invalid_field',
  ],
  ['an unknown durability', { body: '{"data":1,"durability":"eternal"}' }, 'invalid_field'],
  ['a time to live of 0', { body: '{"data":1,"ttlSeconds":0}' }, 'invalid_field'],
  ['a negative time to live', { body: '{"data":1,"ttlSeconds":-1}' }, 'invalid_field'],
  ['half a second', { body: '{"data":1,"ttlSeconds":0.5}' }, 'invalid_field'],
  ['a time to live that is text', { body: '{"data":1,"ttlSeconds":"60"}' }, 'invalid_field'],
  ['a huge time to live', { body: '{"data":1,"ttlSeconds":1e300}' }, 'invalid_field'],
  ['no users', { path: '/v1/messages', body: '{"data":1,"to":{"users":[]}}' }, 'invalid_field'],
  ['users that are none', { path: '/v1/messages', body: '{"data":1,"to":{"users":"42"}}' }, 'invalid_field'],
  [
    '1,001 users',
    { path: '/v1/messages', body: JSON.stringify({ data: 1, to: { users: Array.from({ length: 1_001 }, (_, i) => `u${String(i)}`) } }) },
    'invalid_field',
  ],
  ['a bad user among users', { path: '/v1/messages', body: '{"data":1,"to":{"users":["42",""]}}' }, 'invalid_field'],
  ['everyone: false', { path: '/v1/messages', body: '{"data":1,"to":{"everyone":false}}' }, 'invalid_field'],
  ['a message id that is none', { method: 'GET', path: '/v1/messages/x' }, 'not_found'],
  [
    'a message id of a stream that cannot be',
    { method: 'DELETE', path: `/v1/messages/${encodeMessageId({ uuid: Buffer.alloc(16), seq: 1, stream: 'user:\0' })}` },
    'not_found',
  ],
  [
    'a message id with something behind it',
    { method: 'GET', path: `/v1/messages/${encodeMessageId({ uuid: Buffer.alloc(16), seq: 1, stream: 'user:1' })}=` },
    'not_found',
  ],
  ['a stream read from a negative seq', { method: 'GET', path: '/v1/users/42/messages?after=-1' }, 'invalid_path'],
  ['a stream read from beyond 2^53', { method: 'GET', path: '/v1/users/42/messages?after=9007199254740993' }, 'invalid_path'],
  ['a page of nothing', { method: 'GET', path: '/v1/channels/news/messages?limit=0' }, 'invalid_path'],
  ['a page that is too long', { method: 'GET', path: '/v1/everyone/messages?limit=1001' }, 'invalid_path'],
  ['a limit given twice', { method: 'GET', path: '/v1/everyone/messages?limit=1&limit=2' }, 'invalid_path'],
  ['another charset', { body: MESSAGE, headers: { 'content-type': 'application/json; charset=iso-8859-1' } }, 'unsupported_media_type'],
];

describe('a request that is refused', () => {
  it.each(refusals)('%s', async (_, request, code) => {
    const answer = await call(api, request);
    const problem = JSON.parse(answer.text) as Record<string, unknown>;
    expect(problem).toEqual({
      type: `urn:switchboard:error:${code}`,
      title: ERRORS[code].title,
      status: answer.status,
      detail: expect.any(String) as string,
      code,
      retryable: false,
      requestId: answer.headers.get('x-request-id'),
    });
    expect(problem).toMatchObject({ status: 'status' in ERRORS[code] ? ERRORS[code].status : undefined });
    expect(answer.headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
    expect(answer.text.length).toBeLessThan(600);
    expect(answer.headers.get('www-authenticate')).toBe(code === 'unauthorized' ? 'Bearer' : null);
    expect(api.accepted.kept).toEqual([]);
  });

  it('says which methods there are', async () => {
    expect((await call(api, { method: 'DELETE', path: '/v1/users/42' })).headers.get('allow')).toBe('GET, HEAD');
  });

  it.each(['overloaded', 'unavailable', 'outcome_unknown'] as const)('tells when to come back: %s', async (code) => {
    api.accepted.failure = new SwitchboardError(code);
    const answer = await call(api, { body: MESSAGE });
    expect(answer.status).toBe(503);
    expect(answer.headers.get('retry-after')).toBe('1');
    expect(JSON.parse(answer.text)).toMatchObject({ code, retryable: ERRORS[code].retryable });
  });

  it('tells nothing of what broke inside', async () => {
    api.accepted.failure = new Error('password=hunter2');
    const answer = await call(api, { body: MESSAGE });
    expect(answer.status).toBe(500);
    expect(answer.text).not.toMatch(/hunter2|at /);
    expect(JSON.parse(answer.text)).toMatchObject({ code: 'internal', detail: ERRORS.internal.title });
  });
});

describe('GET /v1/users/{user}', () => {
  const get = (path: string) => call(api, { method: 'GET', path });

  it('tells where a user is connected', async () => {
    const connectedAt = new Date(Date.UTC(2024, 1, 29, 12));
    const user = 'auth0|7';
    api.fleet.connections.push(
      { id: 'c1', user, server: 's1', slot: 1, device: 'phone', connectedAt, meta: { plan: 'free' } },
      { id: 'c2', user, server: 's2', slot: 2, connectedAt },
    );
    const answer = await get('/v1/users/auth0%7C7');
    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.text)).toEqual({
      user: 'auth0|7',
      online: true,
      connections: [
        { id: 'c1', server: 's1', device: 'phone', connectedAt: '2024-02-29T12:00:00.000Z' },
        { id: 'c2', server: 's2', connectedAt: '2024-02-29T12:00:00.000Z' },
      ],
      devices: [],
    });
  });

  it('answers 200 for a user never seen', async () => {
    const answer = await get('/v1/users/nobody');
    expect(answer.status).toBe(200);
    expect(answer.text).toBe('{"user":"nobody","online":false,"connections":[],"devices":[]}');
  });
});

describe('every answer', () => {
  it('echoes a request id that is well-formed, and makes one otherwise', async () => {
    const idOf = async (id: string | null) =>
      (await call(api, { body: MESSAGE, headers: { 'x-request-id': id } })).headers.get('x-request-id');
    expect(await idOf('job-7 of "42"')).toBe('job-7 of "42"');
    expect(await idOf('x'.repeat(128))).toBe('x'.repeat(128));
    const made = /^[0-9a-f-]{36}$/;
    expect(await idOf('x'.repeat(129))).toMatch(made);
    expect(await idOf('caf\u00e9')).toMatch(made);
    expect(await idOf(null)).toMatch(made);
  });

  it('does not say what made it', async () => {
    const { headers } = await call(api, { body: MESSAGE });
    expect(headers.get('server')).toBeNull();
    expect(headers.get('x-powered-by')).toBeNull();
    expect(headers.get('keep-alive')).toBe('timeout=75');
  });
});

describe('probes', () => {
  const get = (path: string) => call(api, { method: 'GET', path, headers: { authorization: null } });

  it('need no key', async () => {
    expect(await get('/livez')).toMatchObject({ status: 200, text: '{"status":"ok"}' });
    expect(await get('/readyz')).toMatchObject({ status: 200, text: '{"status":"ok"}' });
    expect((await get('/metrics')).headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
  });

  it('name what is not ready; liveness asks nothing outside', async () => {
    api.failing.add('database');
    expect(await get('/readyz')).toMatchObject({ status: 503, text: '{"status":"not ready","failed":["database"]}' });
    expect((await get('/livez')).status).toBe(200);
  });
});

describe('the setting of the data limit', () => {
  it('defaults to the bound of the contract', () => {
    expect(readSettings({ dataBytes: apiSettings.dataBytes }, {})).toEqual({ dataBytes: BOUNDS.dataBytes });
  });
});
