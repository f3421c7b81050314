import { count, equal, fields, holds, text, type Fields } from '../checks';
import { type CaseContext } from '../case-context';
import { type CaseGroup } from '../conformance-case';

const NDJSON = { 'content-type': 'application/x-ndjson' };

async function batch(c: CaseContext, lines: readonly unknown[]): Promise<readonly Fields[]> {
  const body = lines.map((line) => `${typeof line === 'string' ? line : JSON.stringify(line)}\n`).join('');
  const answer = await c.call('POST', '/v1/messages/batch', { body, headers: NDJSON });
  equal('the status', answer.status, 200);
  equal('the content type', answer.headers.get('content-type')?.split(';')[0], 'application/x-ndjson');
  return answer.text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => fields('a result', JSON.parse(line)));
}

/** Batches. */
export const BATCH: CaseGroup = {
  name: 'batch',
  cases: [
    {
      name: 'is answered with a result a line, in order, and keeps the order of each stream',
      run: async (c) => {
        const users = ['a', 'b', 'c'].map((suffix) => `${c.user}-${suffix}`);
        const lines = Array.from({ length: 300 }, (_, n) => ({ to: { user: users[n % 3] }, data: n }));
        const results = await batch(c, lines);
        equal(
          'the streams',
          results.map(({ stream }) => stream),
          lines.map(({ to }) => `user:${to.user ?? ''}`),
        );
        equal(
          'the seq',
          results.map(({ seq }) => seq),
          lines.map((_, n) => Math.floor(n / 3) + 1),
        );
        const page = await c.get(`/v1/users/${users[1] ?? ''}/messages?limit=100`);
        const items = page['items'] as { readonly data: number }[];
        equal(
          'the data',
          items.map(({ data }) => data),
          Array.from({ length: 100 }, (_, n) => 3 * n + 1),
        );
      },
    },
    {
      name: 'a bad line gets a result that says so, and the others are sent',
      run: async (c) => {
        const to = { user: c.user };
        const results = await batch(c, [{ to, data: 1 }, 'no JSON', { to, data: 2, ttl: 5 }, { data: 3 }, { to, data: 4 }]);
        equal(
          'the codes',
          results.map(({ code }) => code),
          [undefined, 'invalid_json', 'unknown_field', 'invalid_field', undefined],
        );
        for (const failed of results.slice(1, 4)) {
          text('detail', failed['detail']);
          equal('retryable', failed['retryable'], false);
        }
        equal('the seq', [results[0]?.['seq'], results[4]?.['seq']], [1, 2]);
      },
    },
    {
      name: 'sends to users, channels, several users and everyone; what it sends arrives byte for byte',
      run: async (c) => {
        const { client } = await c.connect({ hello: { channels: [c.channel] } });
        const raw = '{ "n":12345678901234567890 }';
        const results = await batch(c, [
          `{"to":{"user":"${c.user}"},"data":${raw}}`,
          { to: { channel: c.channel }, data: 'c' },
          { to: { everyone: true }, data: c.id },
          { to: { users: [`${c.user}-x`, `${c.user}-y`] }, data: 'u' },
        ]);
        equal('how many results', results.length, 4);
        await client.frame({ type: 'message', stream: c.userStream });
        const written = client.textOf({ type: 'message', stream: c.userStream });
        holds(`a frame that ends with ${raw}`, written.endsWith(`"data":${raw}}`), written);
        await client.frame({ type: 'message', stream: c.channelStream, data: 'c' });
        await client.frame({ type: 'message', stream: 'everyone', data: c.id });
        equal('how many of the several users', (results[3]?.['results'] as unknown[]).length, 2);
      },
    },
    {
      name: 'each line may have an idempotency key; a repeated line is sent once',
      run: async (c) => {
        const line = { to: { user: c.user }, data: 1, idempotencyKey: 'k' };
        const [first] = await batch(c, [line]);
        const [second] = await batch(c, [line]);
        equal('the id of the repeat', second?.['id'], first?.['id']);
        equal('the head', (await c.get(c.userMessages))['head'], 1);
      },
    },
    {
      name: 'an empty batch has no results',
      run: async (c) => {
        equal('the results', await batch(c, []), []);
      },
    },
    {
      name: 'takes 10,000 lines, and refuses what is beyond',
      run: async (c) => {
        const lines = Array.from({ length: 10_001 }, () => ({ to: { user: c.user }, data: 0 }));
        const results = await batch(c, lines);
        equal('how many were sent', results.filter(({ seq }) => seq !== undefined).length, 10_000);
        equal('the result beyond', results[10_000]?.['code'], 'too_large');
        equal('the head', count('head', (await c.get(`${c.userMessages}?limit=1`))['head']), 10_000);
      },
    },
    {
      name: 'refuses another content type with 415, and a key without the scope send with 403',
      run: async (c) => {
        const path = '/v1/messages/batch';
        await c.refused(415, 'unsupported_media_type', ['POST', path, { body: '{}' }]);
        await c.refused(403, 'forbidden', ['POST', path, { body: '\n', headers: NDJSON, key: c.target.readerKey }]);
        await c.refused(401, 'unauthorized', ['POST', path, { body: '\n', headers: NDJSON, key: null }]);
      },
    },
  ],
};
