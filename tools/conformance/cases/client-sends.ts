import { count, equal, holds, text, time } from '../checks';
import { type CaseGroup, type ConformanceCase } from '../conformance-case';

const EVERYBODY = { publish: ['user:*', 'channel:*'] };

/** A send frame that is refused. */
function refused(name: string, code: string, frame: object): ConformanceCase {
  return {
    name: `is refused as ${code}: ${name}`,
    run: async (c) => {
      const { client } = await c.connect({ claims: EVERYBODY });
      client.send({ type: 'send', id: 1, to: { user: c.user }, data: 1, ...frame });
      await client.frame({ type: 'error', id: 1, code });
      await client.roundTrip();
    },
  };
}

/** Messages of clients. */
export const CLIENT_SENDS: CaseGroup = {
  name: 'send frame',
  cases: [
    {
      name: 'reaches a user with from, and is answered with ok: messageId, stream, seq, time',
      run: async (c) => {
        const receiver = await c.connect({ user: `${c.user}-to` });
        const { client } = await c.connect({ claims: EVERYBODY });
        client.send({ type: 'send', id: 3, to: { user: `${c.user}-to` }, event: 'chat', data: { text: 'hi' } });
        const ok = await client.frame({ type: 'ok', id: 3 });
        equal('stream and seq', [ok['stream'], ok['seq']], [`user:${c.user}-to`, 1]);
        time('time', ok['time']);
        const frame = await receiver.client.frame({ type: 'message', id: text('messageId', ok['messageId']) });
        equal('from, event, data', [frame['from'], frame['event'], frame['data']], [{ user: c.user }, 'chat', { text: 'hi' }]);
      },
    },
    {
      name: 'reaches a channel',
      run: async (c) => {
        const receiver = await c.connect({ user: `${c.user}-to`, hello: { channels: [c.channel] } });
        const { client } = await c.connect({ claims: EVERYBODY });
        client.send({ type: 'send', id: 0, to: { channel: c.channel }, data: 1 });
        await client.frame({ type: 'ok', id: 0, stream: c.channelStream });
        await receiver.client.frame({ type: 'message', stream: c.channelStream, from: { user: c.user } });
      },
    },
    {
      name: 'brings data as it was written',
      run: async (c) => {
        const receiver = await c.connect({ user: `${c.user}-to` });
        const { client } = await c.connect({ claims: EVERYBODY });
        const data = '{ "b":12345678901234567890, "a":1.0, "b":"\\u0041" }';
        client.send(`{"data":${data},"to":{"user":"${c.user}-to"},"id":1,"type":"send"}`);
        await client.frame({ type: 'ok', id: 1 });
        await receiver.client.frame({ type: 'message', seq: 1 });
        const written = receiver.client.textOf({ type: 'message' });
        holds(`a frame that ends with ${data}`, written.endsWith(`"data":${data}}`), written);
      },
    },
    {
      name: 'without a publish claim may send to nobody, not even to the own user',
      run: async (c) => {
        const { client } = await c.connect();
        for (const [id, to] of [{ user: c.user }, { channel: c.channel }].entries()) {
          client.send({ type: 'send', id, to, data: 1 });
          await client.frame({ type: 'error', id, code: 'publish_forbidden', retryable: false });
        }
      },
    },
    {
      name: 'may send where publish says: user:*, channel:name, channel:prefix*',
      run: async (c) => {
        const ask = async (publish: string[], to: object): Promise<string> => {
          const { client } = await c.connect({ claims: { publish } });
          client.send({ type: 'send', id: 1, to, data: 1 });
          const answer = await client.frame({ id: 1 });
          return answer.type === 'error' ? String(answer['code']) : 'ok';
        };
        const [user, channel] = [{ user: `${c.user}-to` }, { channel: c.channel }];
        equal('user:* to a user', await ask(['user:*'], user), 'ok');
        equal('user:* to a channel', await ask(['user:*'], channel), 'publish_forbidden');
        equal('channel:name', await ask([`channel:${c.channel}`], channel), 'ok');
        equal('channel:name to a longer name', await ask([`channel:${c.channel}`], { channel: `${c.channel}.1` }), 'publish_forbidden');
        equal('channel:prefix*', await ask([`channel:${c.channel}*`], { channel: `${c.channel}.1` }), 'ok');
        equal('channel:prefix* to a user', await ask([`channel:${c.channel}*`], user), 'publish_forbidden');
      },
    },
    {
      name: 'with an idempotency key a repeat gets the first answer and delivers nothing twice',
      run: async (c) => {
        const receiver = await c.connect({ user: `${c.user}-to` });
        const { client } = await c.connect({ claims: EVERYBODY });
        const frame = { type: 'send', to: { user: `${c.user}-to` }, idempotencyKey: 'k', data: 1 };
        client.send({ ...frame, id: 1 });
        const first = await client.frame({ type: 'ok', id: 1 });
        client.send({ ...frame, id: 2 });
        const second = await client.frame({ type: 'ok', id: 2 });
        equal('the messageId of the repeat', second['messageId'], first['messageId']);
        client.send({ ...frame, id: 3, idempotencyKey: 'other' });
        equal('seq of the next', count('seq', (await client.frame({ type: 'ok', id: 3 }))['seq']), 2);
        equal(
          'seq',
          (await receiver.client.streamed(`user:${c.user}-to`, 2)).map(({ seq }) => seq),
          [1, 2],
        );
      },
    },
    {
      name: 'with an idempotency key for another message is refused as idempotency_conflict',
      run: async (c) => {
        const { client } = await c.connect({ claims: EVERYBODY });
        const frame = { type: 'send', to: { user: c.user }, idempotencyKey: 'k' };
        client.send({ ...frame, id: 1, data: 1 });
        await client.frame({ type: 'ok', id: 1 });
        client.send({ ...frame, id: 2, data: 2 });
        await client.frame({ type: 'error', id: 2, code: 'idempotency_conflict' });
      },
    },
    {
      name: 'may be ephemeral: ok without seq',
      run: async (c) => {
        const receiver = await c.connect({ user: `${c.user}-to` });
        const { client } = await c.connect({ claims: EVERYBODY });
        client.send({ type: 'send', id: 1, to: { user: `${c.user}-to` }, durability: 'ephemeral', data: 'typing' });
        const ok = await client.frame({ type: 'ok', id: 1 });
        const frame = await receiver.client.frame({ type: 'message', id: ok['messageId'] });
        equal('seq in ok and message', ['seq' in ok, 'seq' in frame], [false, false]);
        equal('from', frame['from'], { user: c.user });
      },
    },
    refused('no data', 'invalid_field', { data: undefined }),
    refused('no target', 'invalid_field', { to: undefined }),
    refused('everyone', 'invalid_field', { to: { everyone: true } }),
    refused('a control character in event', 'invalid_field', { event: 'a\nb' }),
    refused('an event over 128 bytes', 'invalid_field', { event: 'e'.repeat(129) }),
    refused('a ttlSeconds of 0', 'invalid_field', { ttlSeconds: 0 }),
    refused('an idempotency key on an ephemeral message', 'invalid_field', { durability: 'ephemeral', idempotencyKey: 'k' }),
    refused('data over 64 KiB', 'too_large', { data: 'x'.repeat(65_536) }),
  ],
};
