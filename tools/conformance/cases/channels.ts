import { equal, holds } from '../checks';
import { type CaseGroup } from '../conformance-case';

/** Following channels. */
export const CHANNELS: CaseGroup = {
  name: 'channels',
  cases: [
    {
      name: 'subscribe is answered with ok, stream and after; from there every message comes',
      run: async (c) => {
        await c.toChannel('before');
        const { client } = await c.connect();
        client.send({ type: 'subscribe', id: 7, channel: c.channel });
        const ok = await client.frame({ type: 'ok', id: 7 });
        equal('stream and after', [ok['stream'], ok['after']], [c.channelStream, 1]);
        await c.toChannel('since');
        const frames = await client.streamed(c.channelStream, 1);
        equal('seq, after, data', [frames[0]?.['seq'], frames[0]?.['after'], frames[0]?.['data']], [2, 1, 'since']);
      },
    },
    {
      name: 'subscribe with after resumes there',
      run: async (c) => {
        for (const data of [1, 2, 3]) await c.toChannel(data);
        const { client } = await c.connect();
        client.send({ type: 'subscribe', id: 1, channel: c.channel, after: 1 });
        equal('after', (await client.frame({ type: 'ok', id: 1 }))['after'], 1);
        equal(
          'data',
          (await client.streamed(c.channelStream, 2)).map(({ data }) => data),
          [2, 3],
        );
      },
    },
    {
      name: 'subscribe with after beyond the head begins at the head',
      run: async (c) => {
        await c.toChannel(1);
        const { client } = await c.connect();
        client.send({ type: 'subscribe', id: 1, channel: c.channel, after: 99 });
        equal('after', (await client.frame({ type: 'ok', id: 1 }))['after'], 1);
        await c.toChannel(2);
        await client.frame({ type: 'message', stream: c.channelStream, seq: 2, after: 1 });
      },
    },
    {
      name: 'subscribe to a channel that is followed goes on where it is',
      run: async (c) => {
        const { client } = await c.connect({ hello: { channels: [c.channel] } });
        await c.toChannel(1);
        await client.streamed(c.channelStream, 1);
        client.send({ type: 'subscribe', id: 1, channel: c.channel });
        await client.frame({ type: 'ok', id: 1, stream: c.channelStream });
        await c.toChannel(2);
        equal(
          'data',
          (await client.streamed(c.channelStream, 2)).map(({ data }) => data),
          [1, 2],
        );
      },
    },
    {
      name: 'unsubscribe is answered with ok and ends it; one that is not followed is ended already',
      run: async (c) => {
        const [{ client }, witness] = [
          await c.connect({ hello: { channels: [c.channel] } }),
          await c.connect({ hello: { channels: [c.channel] } }),
        ];
        client.send({ type: 'unsubscribe', id: 2, channel: c.channel });
        await client.frame({ type: 'ok', id: 2 });
        client.send({ type: 'unsubscribe', id: 3, channel: c.channel });
        await client.frame({ type: 'ok', id: 3 });
        await c.toChannel('gone');
        await witness.client.frame({ type: 'message', data: 'gone' });
        await c.toUser('then');
        await client.frame({ type: 'message', data: 'then' });
        equal('what came of the channel', client.streamedSoFar(c.channelStream), []);
      },
    },
    {
      name: 'a channel that the token does not name is forbidden, with the id and stream',
      run: async (c) => {
        const { client } = await c.connect();
        client.send({ type: 'subscribe', id: 4, channel: `x${c.channel}` });
        const error = await client.frame({ type: 'error', id: 4 });
        equal(
          'code, retryable, stream',
          [error['code'], error['retryable'], error['stream']],
          ['channel_forbidden', false, `channel:x${c.channel}`],
        );
      },
    },
    {
      name: 'a token without channels allows none',
      run: async (c) => {
        const { client } = await c.connect({ claims: { channels: undefined } });
        client.send({ type: 'subscribe', id: 1, channel: c.channel });
        await client.frame({ type: 'error', id: 1, code: 'channel_forbidden' });
      },
    },
    {
      name: 'a name allows that channel alone, a pattern prefix* all that begin so',
      run: async (c) => {
        const { client } = await c.connect({ claims: { channels: [c.channel, `${c.channel}.room.*`] } });
        const answers: [string, string][] = [];
        const wanted = [c.channel, `${c.channel}.other`, `${c.channel}.room.1`, `${c.channel}.room.`, `${c.channel}.room`];
        for (const [id, channel] of wanted.entries()) {
          client.send({ type: 'subscribe', id, channel });
          answers.push([channel, (await client.frame({ id })).type]);
        }
        equal(
          'the answers',
          answers,
          wanted.map((channel, id) => [channel, ['ok', 'error', 'ok', 'ok', 'error'][id]]),
        );
      },
    },
    {
      name: 'a channel with other characters, or over 128, is refused as invalid_field, and closes nothing',
      run: async (c) => {
        const { client } = await c.connect({ claims: { channels: ['*'] } });
        for (const [id, channel] of ['a b', '', 'ä', 'c'.repeat(129)].entries()) {
          client.send({ type: 'subscribe', id, channel });
          await client.frame({ type: 'error', id, code: 'invalid_field' });
        }
        client.send({ type: 'subscribe', id: 9, channel: `${c.channel}:@~-_`.padEnd(128, 'x') });
        await client.frame({ type: 'ok', id: 9 });
      },
    },
    {
      name: 'more subscriptions than limits.subscriptions are refused as too_many_subscriptions',
      run: async (c) => {
        const { client, ready } = await c.connect();
        const most = Number((ready['limits'] as Record<string, unknown>)['subscriptions']);
        const channels = Array.from({ length: most - 2 }, (_, index) => `${c.channel}.${String(index)}`);
        for (const [id, channel] of channels.entries()) client.send({ type: 'subscribe', id, channel });
        for (const id of channels.keys()) await client.frame({ type: 'ok', id });
        client.send({ type: 'subscribe', id: 5_000, channel: `${c.channel}.more` });
        await client.frame({ type: 'error', id: 5_000, code: 'too_many_subscriptions' });
      },
    },
    {
      name: 'a message to a channel reaches subscribers on every server, and nobody else',
      run: async (c) => {
        const followers = await Promise.all(
          ['1', '2', '3', '4'].map((suffix) => c.connect({ user: `${c.user}-${suffix}`, hello: { channels: [c.channel] } })),
        );
        const stranger = await c.connect({ user: `${c.user}-9` });
        await c.toChannel('all');
        for (const { client } of followers) await client.frame({ type: 'message', stream: c.channelStream, data: 'all' });
        await stranger.client.roundTrip();
        holds('nothing', stranger.client.streamedSoFar(c.channelStream).length === 0, stranger.client.frames);
      },
    },
  ],
};
