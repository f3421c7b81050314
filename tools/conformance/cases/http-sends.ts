import { count, equal, holds, list, text, time } from '../checks';
import { type CallOptions, type CaseContext } from '../case-context';
import { type CaseGroup, type ConformanceCase } from '../conformance-case';

const DAY_S = 86_400;

/** A send to the case's user that is refused. */
function refused(name: string, status: number, code: string, options: CallOptions): ConformanceCase {
  return {
    name: `${String(status)} ${code}: ${name}`,
    run: async (c) => {
      await c.refused(status, code, ['POST', c.userMessages, options]);
      const page = await c.get(c.userMessages);
      equal('what the stream holds', page['items'], []);
    },
  };
}

/** A send elsewhere that is refused. */
function refusedAt(
  name: string,
  status: number,
  code: string,
  path: (c: CaseContext) => string,
  body: unknown = { data: 1 },
): ConformanceCase {
  return {
    name: `${String(status)} ${code}: ${name}`,
    run: async (c) => {
      await c.refused(status, code, ['POST', path(c), { body }]);
    },
  };
}

/** A send whose answer is a result. */
function accepted(name: string, request: (c: CaseContext) => readonly [path: string, body: object, stream: string]): ConformanceCase {
  return {
    name: `202 with id, stream, seq and time: ${name}`,
    run: async (c) => {
      const [path, body, stream] = request(c);
      const result = await c.post(path, { data: c.id, ...body });
      text('id', result['id']);
      equal('stream', result['stream'], stream);
      holds('a seq from 1', count('seq', result['seq']) > 0, result);
      time('time', result['time']);
    },
  };
}

/** Sends over HTTP. */
export const HTTP_SENDS: CaseGroup = {
  name: 'sends over HTTP',
  cases: [
    accepted('POST /v1/users/{user}/messages', (c) => [c.userMessages, {}, c.userStream]),
    accepted('POST /v1/channels/{channel}/messages', (c) => [c.channelMessages, {}, c.channelStream]),
    accepted('POST /v1/everyone/messages', () => ['/v1/everyone/messages', {}, 'everyone']),
    accepted('POST /v1/messages to a user', (c) => ['/v1/messages', { to: { user: c.user } }, c.userStream]),
    accepted('POST /v1/messages to a channel', (c) => ['/v1/messages', { to: { channel: c.channel } }, c.channelStream]),
    accepted('POST /v1/messages to everyone', () => ['/v1/messages', { to: { everyone: true } }, 'everyone']),
    accepted('a user that is percent-encoded', (c) => [
      `/v1/users/${encodeURIComponent(`${c.user}/ä b`)}/messages`,
      {},
      `user:${c.user}/ä b`,
    ]),
    accepted('all options of a durable message', (c) => [
      c.userMessages,
      { event: 'e', ttlSeconds: 60, durability: 'durable' },
      c.userStream,
    ]),
    accepted('data of 64 KiB', (c) => [c.userMessages, { data: 'x'.repeat(65_534) }, c.userStream]),
    {
      name: 'users: 202 with a result per user in order; repeated users count once',
      run: async (c) => {
        const users = ['a', 'b', 'c'].map((suffix) => `${c.user}-${suffix}`);
        const { client } = await c.connect({ user: users[1] ?? '' });
        const body = await c.post('/v1/messages', { to: { users: [...users, users[0], users[1]] }, data: 'hi' });
        const results = list('results', body['results']);
        equal(
          'the streams',
          results.map(({ stream }) => stream),
          users.map((user) => `user:${user}`),
        );
        equal(
          'the seq',
          results.map(({ seq }) => seq),
          [1, 1, 1],
        );
        await client.frame({ type: 'message', data: 'hi', id: results[1]?.['id'] });
        await client.roundTrip();
        equal('how many came', client.streamedSoFar(`user:${users[1] ?? ''}`).length, 1);
      },
    },
    {
      name: 'users: up to 1000 of them, and no more',
      run: async (c) => {
        const users = Array.from({ length: 1_001 }, (_, index) => `${c.user}-${String(index)}`);
        const body = await c.post('/v1/messages', { to: { users: users.slice(1) }, data: 1 });
        equal('how many results', list('results', body['results']).length, 1_000);
        await c.refused(400, 'invalid_field', ['POST', '/v1/messages', { body: { to: { users }, data: 1 } }]);
        await c.refused(400, 'invalid_field', ['POST', '/v1/messages', { body: { to: { users: [] }, data: 1 } }]);
      },
    },
    {
      name: 'ttlSeconds is when the message expires; the default is 7 days',
      run: async (c) => {
        const lifeS = async (options: object): Promise<number> => {
          const { id } = await c.post(c.userMessages, { data: 1, ...options });
          const { time: sent, expiresAt } = await c.get(`/v1/messages/${String(id)}`);
          return (Date.parse(String(expiresAt)) - Date.parse(String(sent))) / 1_000;
        };
        const [hour, usual] = [await lifeS({ ttlSeconds: 3_600 }), await lifeS({})];
        holds('an hour', Math.abs(hour - 3_600) < 2, hour);
        holds('7 days', Math.abs(usual - 7 * DAY_S) < 2, usual);
      },
    },
    {
      name: 'ttlSeconds may be 7 days, and no longer',
      run: async (c) => {
        await c.toUser(1, { ttlSeconds: 7 * DAY_S });
        for (const days of [8, 36_500])
          await c.refused(400, 'invalid_field', ['POST', c.userMessages, { body: { data: 1, ttlSeconds: days * DAY_S } }]);
      },
    },
    refused('no key', 401, 'unauthorized', { body: { data: 1 }, key: null }),
    refused('a wrong key', 401, 'unauthorized', { body: { data: 1 }, key: 'wrong' }),
    refused('another scheme than Bearer', 401, 'unauthorized', { body: { data: 1 }, key: null, headers: { authorization: 'Basic eDp5' } }),
    {
      name: '403 forbidden: a key without the scope',
      run: async (c) => {
        const { readerKey: key } = c.target;
        await c.refused(403, 'forbidden', ['POST', c.userMessages, { body: { data: 1 }, key }]);
        await c.refused(403, 'forbidden', ['POST', '/v1/connections/close', { body: { user: c.user }, key }]);
        equal('the status of a read', (await c.call('GET', `/v1/users/${c.user}`, { key })).status, 200);
      },
    },
    refused('no JSON', 400, 'invalid_json', { body: '{"data":' }),
    refused('an array', 400, 'invalid_json', { body: '[{"data":1}]' }),
    refused('no data', 400, 'invalid_field', { body: {} }),
    refused('an unknown field', 400, 'unknown_field', { body: { data: 1, ttlSecond: 5 } }),
    refused('bytes that are no UTF-8', 400, 'invalid_json', { body: Buffer.from('{"data":"\xff"}', 'latin1') }),
    refused('a ttlSeconds of 0', 400, 'invalid_field', { body: { data: 1, ttlSeconds: 0 } }),
    refused('a ttlSeconds that is no whole number', 400, 'invalid_field', { body: { data: 1, ttlSeconds: 1.5 } }),
    refused('an event that is empty', 400, 'invalid_field', { body: { data: 1, event: '' } }),
    refused('an event over 128 bytes', 400, 'invalid_field', { body: { data: 1, event: 'ä'.repeat(65) } }),
    refused('an event with a control character', 400, 'invalid_field', { body: { data: 1, event: 'a\u0007' } }),
    refused('a durability that does not exist', 400, 'invalid_field', { body: { data: 1, durability: 'eternal' } }),
    refused('a conflateKey on a durable message', 400, 'invalid_field', { body: { data: 1, conflateKey: 'k' } }),
    refused('an idempotencyKey on an ephemeral message', 400, 'invalid_field', {
      body: { data: 1, durability: 'ephemeral', idempotencyKey: 'k' },
    }),
    refused('data over 64 KiB', 413, 'too_large', { body: { data: 'x'.repeat(65_535) } }),
    refused('a body of a megabyte', 413, 'too_large', { body: { data: 'x'.repeat(1_000_000) } }),
    refused('another content type', 415, 'unsupported_media_type', { body: '{"data":1}', headers: { 'content-type': 'text/plain' } }),
    refusedAt('a user over 256 bytes', 400, 'invalid_path', () => `/v1/users/${'u'.repeat(257)}/messages`),
    refusedAt('a user with a control character', 400, 'invalid_path', () => '/v1/users/a%0Ab/messages'),
    refusedAt('a user that is badly encoded', 400, 'invalid_path', () => '/v1/users/%ff/messages'),
    refusedAt('a channel with other characters', 400, 'invalid_path', () => '/v1/channels/a%20b/messages'),
    refusedAt('an unknown path', 404, 'not_found', () => '/v1/nothing'),
    refusedAt('a connection that does not exist', 404, 'not_found', () => '/v1/connections/00000000-0000-7000-8000-000000000000/messages'),
    refusedAt('no target', 400, 'invalid_field', () => '/v1/messages'),
    refusedAt('two targets', 400, 'invalid_field', () => '/v1/messages', { to: { user: 'a', channel: 'b' }, data: 1 }),
    refusedAt('everyone: false', 400, 'invalid_field', () => '/v1/messages', { to: { everyone: false }, data: 1 }),
    refusedAt('a target in a body whose path names it', 400, 'unknown_field', (c) => c.userMessages, { to: { user: 'a' }, data: 1 }),
    {
      name: '400 invalid_field: a durable message to one connection',
      run: async (c) => {
        const { ready } = await c.connect();
        const path = `/v1/connections/${String(ready['connection'])}/messages`;
        await c.refused(400, 'invalid_field', ['POST', path, { body: { data: 1, durability: 'durable' } }]);
      },
    },
    {
      name: '405 method_not_allowed: another method',
      run: async (c) => {
        const { headers } = await c.refused(405, 'method_not_allowed', ['PATCH', c.userMessages, { body: { data: 1 } }]);
        holds('an Allow header with POST', headers.get('allow')?.includes('POST') === true, headers.get('allow'));
      },
    },
  ],
};
