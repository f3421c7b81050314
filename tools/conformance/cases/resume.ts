import { equal, fields } from '../checks';
import { type CaseGroup } from '../conformance-case';

/** Coming back with positions. */
export const RESUME: CaseGroup = {
  name: 'resume',
  cases: [
    {
      name: 'brings every message behind the position, in order, and what comes later',
      run: async (c) => {
        for (const data of [1, 2, 3, 4]) await c.toUser(data);
        const { client, ready } = await c.connect({ hello: { resume: { [c.userStream]: 2 } } });
        equal('where it begins', c.after(ready, c.userStream), 2);
        await c.toUser(5);
        equal(
          'seq',
          (await client.streamed(c.userStream, 3)).map(({ seq }) => seq),
          [3, 4, 5],
        );
      },
    },
    {
      name: 'brings many pages of messages without a hole',
      run: async (c) => {
        const lines = Array.from({ length: 1_000 }, (_, n) => JSON.stringify({ to: { user: c.user }, data: n }));
        await c.call('POST', '/v1/messages/batch', { body: `${lines.join('\n')}\n`, headers: { 'content-type': 'application/x-ndjson' } });
        const { client } = await c.connect({ hello: { resume: { [c.userStream]: 0 } } });
        const frames = await client.streamed(c.userStream, lines.length);
        equal(
          'the seq',
          frames.map(({ seq }) => seq),
          lines.map((_, n) => n + 1),
        );
      },
    },
    {
      name: 'at the head brings nothing but what is new',
      run: async (c) => {
        await c.toUser(1);
        const { client } = await c.connect({ hello: { resume: { [c.userStream]: 1 } } });
        await c.toUser(2);
        equal(
          'seq',
          (await client.streamed(c.userStream, 1)).map(({ seq }) => seq),
          [2],
        );
      },
    },
    {
      name: 'beyond the head begins at the head',
      run: async (c) => {
        await c.toUser(1);
        const { client, ready } = await c.connect({ hello: { resume: { [c.userStream]: 1_000 } } });
        equal('where it begins', c.after(ready, c.userStream), 1);
        await c.toUser(2);
        await client.frame({ type: 'message', stream: c.userStream, seq: 2, after: 1 });
      },
    },
    {
      name: 'of a stream that is not followed is ignored, and subscribes nothing',
      run: async (c) => {
        await c.toChannel(1);
        const { client, ready } = await c.connect({ hello: { resume: { [c.channelStream]: 0, 'user:somebody': 0, nonsense: 3 } } });
        equal('the streams', Object.keys(fields('streams', ready['streams'])).sort(), ['everyone', c.userStream]);
        await client.roundTrip();
        equal('what came of the channel', client.streamedSoFar(c.channelStream), []);
      },
    },
    {
      name: 'works for channels that hello names',
      run: async (c) => {
        for (const data of [1, 2, 3]) await c.toChannel(data);
        const { client, ready } = await c.connect({ hello: { channels: [c.channel], resume: { [c.channelStream]: 1 } } });
        equal('where it begins', c.after(ready, c.channelStream), 1);
        equal(
          'data',
          (await client.streamed(c.channelStream, 2)).map(({ data }) => data),
          [2, 3],
        );
      },
    },
    {
      name: 'stands above the cursor of the device',
      run: async (c) => {
        for (const data of [1, 2, 3]) await c.toUser(data);
        await c.connect({ hello: { device: 'd', start: 'now' } });
        const { ready } = await c.connect({ hello: { device: 'd', resume: { [c.userStream]: 1 } } });
        equal('where it begins', c.after(ready, c.userStream), 1);
      },
    },
    {
      name: 'loses nothing of what was sent between two connections, on another server either',
      run: async (c) => {
        const first = await c.connect();
        await c.toUser(1);
        await first.client.streamed(c.userStream, 1);
        first.client.end();
        await c.toUser(2);
        const second = await c.connect({ hello: { resume: { [c.userStream]: 1 } } });
        equal(
          'seq',
          (await second.client.streamed(c.userStream, 1)).map(({ seq }) => seq),
          [2],
        );
      },
    },
  ],
};
