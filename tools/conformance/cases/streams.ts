import { equal, holds, text, time } from '../checks';
import { type CaseGroup, type ConformanceCase } from '../conformance-case';

const MESSAGES = 20;

/** `data` reaches the client byte for byte. */
function untouched(name: string, data: string): ConformanceCase {
  return {
    name: `brings data as it was written: ${name}`,
    run: async (c) => {
      const { client } = await c.connect();
      const sent = await c.call('POST', c.userMessages, { body: `{"data":${data},"event":"raw"}` });
      equal('the status', sent.status, 202);
      await client.frame({ type: 'message', stream: c.userStream });
      const written = client.textOf({ type: 'message', stream: c.userStream });
      holds(`a frame that ends with ${data}`, written.endsWith(`"data":${data}}`), written);
      const page = await c.call('GET', c.userMessages);
      holds(`a page of the stream with ${data}`, page.text.includes(`"data":${data}`), page.text);
    },
  };
}

/** Messages of streams. */
export const STREAMS: CaseGroup = {
  name: 'streams',
  cases: [
    {
      name: 'a message has stream, seq, after, id, time, event and data, type first and data last; from only where a client sent it',
      run: async (c) => {
        const { client } = await c.connect();
        const result = await c.toUser({ a: 1 }, { event: 'order.shipped' });
        const frame = await client.frame({ type: 'message', stream: c.userStream });
        equal('the fields', Object.keys(frame), ['type', 'stream', 'seq', 'after', 'id', 'time', 'event', 'data']);
        equal(
          'seq, after, id, event, data',
          [frame['seq'], frame['after'], frame['id'], frame['event'], frame['data']],
          [1, 0, result['id'], 'order.shipped', { a: 1 }],
        );
        time('time', frame['time']);
        equal('time in frame and answer', frame['time'], result['time']);
      },
    },
    {
      name: 'a message without an event comes without one',
      run: async (c) => {
        const { client } = await c.connect();
        await c.toUser(null);
        const frame = await client.frame({ type: 'message', stream: c.userStream });
        equal('event', 'event' in frame, false);
        equal('data', frame['data'], null);
      },
    },
    {
      name: 'messages come in the order of seq without holes, each with after = seq − 1, to every connection of the user',
      run: async (c) => {
        const both = [await c.connect(), await c.connect({ hello: { device: 'd' } })];
        await Promise.all(Array.from({ length: MESSAGES }, (_, index) => c.toUser(index)));
        for (const { client } of both) {
          const frames = await client.streamed(c.userStream, MESSAGES);
          equal(
            'seq',
            frames.map(({ seq }) => seq),
            Array.from({ length: MESSAGES }, (_, index) => index + 1),
          );
          equal(
            'after',
            frames.map(({ after }) => after),
            Array.from({ length: MESSAGES }, (_, index) => index),
          );
        }
      },
    },
    {
      name: 'messages that were sent one after another keep that order',
      run: async (c) => {
        const { client } = await c.connect();
        for (let index = 0; index < MESSAGES; index += 1) await c.toUser(index);
        const frames = await client.streamed(c.userStream, MESSAGES);
        equal(
          'data',
          frames.map(({ data }) => data),
          Array.from({ length: MESSAGES }, (_, index) => index),
        );
      },
    },
    {
      name: 'what was sent before the user ever connected comes first',
      run: async (c) => {
        for (const data of ['a', 'b']) await c.toUser(data);
        const { client, ready } = await c.connect();
        equal('where it begins', c.after(ready, c.userStream), 0);
        await c.toUser('c');
        const frames = await client.streamed(c.userStream, 3);
        equal(
          'data',
          frames.map(({ data }) => data),
          ['a', 'b', 'c'],
        );
      },
    },
    {
      name: 'a user gets no message of another user',
      run: async (c) => {
        const { client } = await c.connect();
        await c.post(`/v1/users/${c.user}-other/messages`, { data: 'private' });
        await c.toUser('mine');
        await client.frame({ type: 'message', data: 'mine' });
        await client.roundTrip();
        holds('nothing of the other', !client.texts.some((written) => written.includes('private')), client.texts);
      },
    },
    {
      name: 'a message to everyone reaches users on every server, with its id once',
      run: async (c) => {
        const all = await Promise.all([c.connect(), c.connect(), c.connect({ user: `${c.user}-2` })]);
        const result = await c.post('/v1/everyone/messages', { data: c.id });
        equal('the stream', result['stream'], 'everyone');
        for (const { client } of all) {
          const frame = await client.frame({ type: 'message', stream: 'everyone', id: result['id'] });
          equal('seq and after', [frame['seq'], frame['after']], [result['seq'], Number(result['seq']) - 1]);
          await client.roundTrip();
          equal('how often it came', client.frames.filter(({ id }) => id === result['id']).length, 1);
        }
      },
    },
    {
      name: 'everyone begins now for a new connection, and at the position of one that resumes',
      run: async (c) => {
        const first = await c.post('/v1/everyone/messages', { data: `${c.id} before` });
        const { client, ready } = await c.connect();
        holds('a start at or behind it', Number(c.after(ready, 'everyone')) >= Number(first['seq']), ready);
        const resumed = await c.connect({ hello: { resume: { everyone: Number(first['seq']) - 1 } } });
        await resumed.client.frame({ type: 'message', id: first['id'] });
        await client.roundTrip();
        holds('nothing from before', !client.frames.some(({ id }) => id === first['id']), client.frames);
      },
    },
    {
      name: 'an ephemeral message comes without seq and after',
      run: async (c) => {
        const { client } = await c.connect();
        const result = await c.toUser('now', { durability: 'ephemeral', event: 'typing' });
        equal('seq in the answer', 'seq' in result, false);
        const frame = await client.frame({ type: 'message', stream: c.userStream, data: 'now', event: 'typing' });
        equal('seq and after', ['seq' in frame, 'after' in frame], [false, false]);
        equal('id', frame['id'], result['id']);
        time('time', frame['time']);
      },
    },
    {
      name: 'an ephemeral message is never repeated, and takes no seq',
      run: async (c) => {
        const { client } = await c.connect();
        await c.toUser('passing', { durability: 'ephemeral' });
        await client.frame({ type: 'message', data: 'passing' });
        equal('seq of the next', (await c.toUser('kept'))['seq'], 1);
        const later = await c.connect({ hello: { start: 'earliest' } });
        const frames = await later.client.streamed(c.userStream, 1);
        equal(
          'data',
          frames.map(({ data }) => data),
          ['kept'],
        );
      },
    },
    {
      name: 'ephemeral messages reach channels and everyone',
      run: async (c) => {
        const { client } = await c.connect({ hello: { channels: [c.channel] } });
        await c.toChannel('c', { durability: 'ephemeral' });
        await client.frame({ type: 'message', stream: c.channelStream, data: 'c' });
        await c.post('/v1/everyone/messages', { data: `${c.id} e`, durability: 'ephemeral' });
        const frame = await client.frame({ type: 'message', stream: 'everyone', data: `${c.id} e` });
        equal('seq', 'seq' in frame, false);
      },
    },
    {
      name: 'a message to one connection is ephemeral, and reaches that one alone',
      run: async (c) => {
        const [one, other] = [await c.connect(), await c.connect()];
        const id = text('connection', one.ready['connection']);
        const result = await c.post(`/v1/connections/${id}/messages`, { data: 'you' });
        const frame = await one.client.frame({ type: 'message', data: 'you', id: result['id'] });
        equal('seq and after', ['seq' in frame, 'after' in frame], [false, false]);
        await c.toUser('both');
        await other.client.frame({ type: 'message', data: 'both' });
        holds('nothing on the other', !other.client.frames.some(({ data }) => data === 'you'), other.client.frames);
      },
    },
    untouched('numbers that JavaScript cannot hold', '[12345678901234567890.1234567890123456789,1e400,-0,1.0,1E+2]'),
    untouched('keys twice, and their order', '{"b":1,"a":2,"b":3,"10":4,"9":5}'),
    untouched('spaces', '{ "a" : [ 1 , 2 ] ,\t"b":\n{} }'),
    untouched('escapes', String.raw`"\u0041\/\u00e9\ud83d\ude00\b\u2028\n"`),
    untouched('UTF-8', '"ä €   😀"'),
    untouched('deep nesting', `${'['.repeat(60)}${']'.repeat(60)}`),
    untouched('the names of our own fields', '{"data":1,"type":"ready","to":{"user":"x"},"__proto__":{"a":1}}'),
    untouched('bare values', 'false'),
  ],
};
