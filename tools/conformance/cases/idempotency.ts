import { equal, holds } from '../checks';
import { type CaseGroup } from '../conformance-case';

const RACERS = 12;

/** Repeats under a key. */
export const IDEMPOTENCY: CaseGroup = {
  name: 'idempotency',
  cases: [
    {
      name: 'a repeat gets the first answer and Idempotency-Replayed: true, and delivers nothing twice (by field)',
      run: async (c) => {
        const { client } = await c.connect();
        const send = () => c.call('POST', c.userMessages, { body: { data: 1, idempotencyKey: 'k' } });
        const [first, second] = [await send(), await send()];
        equal('the statuses', [first.status, second.status], [202, 202]);
        equal('the answer of the repeat', second.body, first.body);
        equal(
          'Idempotency-Replayed',
          [first, second].map(({ headers }) => headers.get('idempotency-replayed')),
          [null, 'true'],
        );
        equal('the seq of the next', (await c.toUser(2))['seq'], 2);
        equal(
          'the seq that came',
          (await client.streamed(c.userStream, 2)).map(({ seq }) => seq),
          [1, 2],
        );
      },
    },
    {
      name: 'the header Idempotency-Key is the same key as the field',
      run: async (c) => {
        const first = await c.call('POST', c.userMessages, { body: { data: 1 }, headers: { 'idempotency-key': 'k' } });
        const second = await c.call('POST', c.userMessages, { body: { data: 1, idempotencyKey: 'k' } });
        equal('the id of the repeat', second.body['id'], first.body['id']);
        equal('Idempotency-Replayed', second.headers.get('idempotency-replayed'), 'true');
      },
    },
    {
      name: 'another body is refused with 422',
      run: async (c) => {
        await c.toUser(1, { idempotencyKey: 'k' });
        for (const body of [{ data: 2 }, { data: 1, event: 'e' }, { data: 1, ttlSeconds: 60 }])
          await c.refused(422, 'idempotency_conflict', ['POST', c.userMessages, { body: { ...body, idempotencyKey: 'k' } }]);
      },
    },
    {
      name: 'the scope of a key is the target: the same key to another is another message',
      run: async (c) => {
        const [one, other] = [await c.toUser(1, { idempotencyKey: 'k' }), await c.toChannel(1, { idempotencyKey: 'k' })];
        holds('two messages', one['id'] !== other['id'], [one, other]);
      },
    },
    {
      name: 'of racing requests one is sent; the others get its answer, or 409 with Retry-After',
      run: async (c) => {
        const answers = await Promise.all(
          Array.from({ length: RACERS }, () => c.call('POST', c.userMessages, { body: { data: 1, idempotencyKey: 'race' } })),
        );
        const done = answers.filter(({ status }) => status === 202);
        const waiting = answers.filter(({ status }) => status === 409);
        equal('how many got 202 or 409', done.length + waiting.length, RACERS);
        equal('the ids', new Set(done.map(({ body }) => body['id'])).size, 1);
        equal('how many were no replay', done.filter(({ headers }) => headers.get('idempotency-replayed') === null).length, 1);
        for (const { body, headers } of waiting) {
          equal('code and retryable', [body['code'], body['retryable']], ['idempotency_in_progress', true]);
          holds('a Retry-After', headers.get('retry-after') !== null, null);
        }
        equal('the seq of the next', (await c.toUser(2))['seq'], 2);
      },
    },
    {
      name: 'an error is not stored: after it the key is free',
      run: async (c) => {
        await c.refused(400, 'invalid_field', ['POST', c.userMessages, { body: { data: 1, event: '', idempotencyKey: 'k' } }]);
        equal('the seq', (await c.toUser(1, { idempotencyKey: 'k' }))['seq'], 1);
      },
    },
    {
      name: 'a key of 255 characters is taken, a longer or an empty one refused',
      run: async (c) => {
        await c.toUser(1, { idempotencyKey: 'k'.repeat(255) });
        for (const idempotencyKey of ['k'.repeat(256), ''])
          await c.refused(400, 'invalid_field', ['POST', c.userMessages, { body: { data: 1, idempotencyKey } }]);
      },
    },
    {
      name: 'header and field that differ are refused',
      run: async (c) => {
        const body = { data: 1, idempotencyKey: 'a' };
        await c.refused(400, 'invalid_field', ['POST', c.userMessages, { body, headers: { 'idempotency-key': 'b' } }]);
      },
    },
    {
      name: 'users: a repeat gets the first results and delivers nothing twice',
      run: async (c) => {
        const users = ['a', 'b'].map((suffix) => `${c.user}-${suffix}`);
        const send = () => c.post('/v1/messages', { to: { users }, data: 1, idempotencyKey: 'k' });
        const ids = (body: Record<string, unknown>) => (body['results'] as { readonly id: string }[]).map(({ id }) => id);
        equal('the ids of the repeat', ids(await send()), ids(await send()));
        equal('the head', (await c.get(`/v1/users/${users[0] ?? ''}/messages`))['head'], 1);
      },
    },
  ],
};
