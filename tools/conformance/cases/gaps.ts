import { equal, text, type Fields } from '../checks';
import { type CaseContext } from '../case-context';
import { type CaseGroup } from '../conformance-case';
import { eventually } from '../eventually';

async function expired(c: CaseContext, message: Fields): Promise<void> {
  const path = `/v1/messages/${text('id', message['id'])}`;
  await eventually('the message to expire', async () => ((await c.get(path))['expired'] === true ? true : undefined));
}

async function recall(c: CaseContext, message: Fields): Promise<void> {
  equal('the status of the recall', (await c.call('DELETE', `/v1/messages/${text('id', message['id'])}`)).status, 204);
}

/** Where one stands after the frames of a stream, or undefined if they leave something out. */
function positionAfter(start: number, frames: readonly Fields[]): number | undefined {
  let position = start;
  for (const frame of frames) {
    if (frame['after'] !== position) return undefined;
    position = Number(frame['type'] === 'gap' ? frame['through'] : frame['seq']);
  }
  return position;
}

/** Messages that will never come. */
export const GAPS: CaseGroup = {
  name: 'gaps',
  cases: [
    {
      name: 'a message that has expired is a gap: stream, after, through, reason',
      run: async (c) => {
        await c.toUser(1);
        await expired(c, await c.toUser(2, { ttlSeconds: 1 }));
        await c.toUser(3);
        const { client } = await c.connect({ hello: { resume: { [c.userStream]: 0 } } });
        const frames = await client.streamed(c.userStream, 3);
        equal('the gap', frames[1], { type: 'gap', stream: c.userStream, after: 1, through: 2, reason: 'expired' });
        equal('the last', [frames[2]?.['seq'], frames[2]?.['after']], [3, 2]);
      },
    },
    {
      name: 'messages that have expired at the end of a stream are told too',
      run: async (c) => {
        await expired(c, await c.toUser(1, { ttlSeconds: 1 }));
        const { client } = await c.connect({ hello: { resume: { [c.userStream]: 0 } } });
        await client.frame({ type: 'gap', stream: c.userStream, after: 0, through: 1 });
      },
    },
    {
      name: 'messages that were recalled are a gap',
      run: async (c) => {
        const sent = [await c.toUser(1), await c.toUser(2), await c.toUser(3), await c.toUser(4)];
        for (const message of sent.slice(1, 3)) await recall(c, message);
        const { client } = await c.connect({ hello: { resume: { [c.userStream]: 0 } } });
        await client.frame({ type: 'message', stream: c.userStream, seq: 4 });
        const frames = client.streamedSoFar(c.userStream);
        equal(
          'the messages',
          frames.filter(({ type }) => type === 'message').map(({ seq }) => seq),
          [1, 4],
        );
        equal('the reasons', [...new Set(frames.filter(({ type }) => type === 'gap').map(({ reason }) => reason))], ['recalled']);
        equal('the position at the end', positionAfter(0, frames), 4);
      },
    },
    {
      name: 'a channel has gaps as well',
      run: async (c) => {
        await recall(c, await c.toChannel(1));
        await c.toChannel(2);
        const { client } = await c.connect();
        client.send({ type: 'subscribe', id: 1, channel: c.channel, after: 0 });
        const frames = await client.streamed(c.channelStream, 2);
        equal('the gap', frames[0], { type: 'gap', stream: c.channelStream, after: 0, through: 1, reason: 'recalled' });
        equal('the position at the end', positionAfter(0, frames), 2);
      },
    },
  ],
};
