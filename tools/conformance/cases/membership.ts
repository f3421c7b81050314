import { equal, holds, list } from '../checks';
import { type CaseContext } from '../case-context';
import { type CaseGroup } from '../conformance-case';

const MISSED_IN_A_ROW = 5;
const MOST_AFTER_REMOVAL = 200;

async function change(c: CaseContext, method: 'PUT' | 'DELETE', user = c.user): Promise<void> {
  const { status, text } = await c.call(method, `/v1/channels/${c.channel}/members/${encodeURIComponent(user)}`);
  equal(`the status of ${method} (${text})`, status, 204);
}

/** Users that follow channels since a service said so. */
export const MEMBERSHIP: CaseGroup = {
  name: 'membership',
  cases: [
    {
      name: 'a user who is added follows the channel on all connections that are open, whatever the tokens say',
      run: async (c) => {
        const both = [await c.connect({ claims: { channels: [] } }), await c.connect({ claims: { channels: [] } })];
        await c.toChannel('before');
        await change(c, 'PUT');
        await c.toChannel('since');
        for (const { client } of both) {
          const frames = await client.streamed(c.channelStream, 1);
          equal('seq, after, data', [frames[0]?.['seq'], frames[0]?.['after'], frames[0]?.['data']], [2, 1, 'since']);
        }
      },
    },
    {
      name: 'a connection that opens later follows it too, from where the membership began',
      run: async (c) => {
        await c.toChannel('before');
        await change(c, 'PUT');
        await c.toChannel('since');
        const { client, ready } = await c.connect({ claims: { channels: [] } });
        equal('where it begins', c.after(ready, c.channelStream), 1);
        equal('data', (await client.streamed(c.channelStream, 1))[0]?.['data'], 'since');
        const resumed = await c.connect({ hello: { resume: { [c.channelStream]: 2 } } });
        equal('where it begins with resume', c.after(resumed.ready, c.channelStream), 2);
      },
    },
    {
      name: 'a user who is removed gets nothing any more, soon after the answer',
      run: async (c) => {
        await change(c, 'PUT');
        const [{ client }, witness] = [
          await c.connect({ claims: { channels: [] } }),
          await c.connect({ user: `${c.user}-w`, hello: { channels: [c.channel] } }),
        ];
        await c.toChannel('member');
        await client.frame({ type: 'message', data: 'member' });
        await change(c, 'DELETE');
        // The answer does not wait for the servers that hold connections, so the first few may still come.
        let missed = 0;
        for (let n = 0; missed < MISSED_IN_A_ROW; n += 1) {
          holds(`an end within ${String(MOST_AFTER_REMOVAL)} messages`, n < MOST_AFTER_REMOVAL, client.streamedSoFar(c.channelStream));
          await c.toChannel(n);
          await witness.client.frame({ type: 'message', stream: c.channelStream, data: n });
          await c.toUser(n);
          await client.frame({ type: 'message', stream: c.userStream, data: n });
          missed = client.streamedSoFar(c.channelStream).some(({ data }) => data === n) ? 0 : missed + 1;
        }
        const later = await c.connect();
        equal('whether a later one follows', c.channelStream in (later.ready['streams'] as object), false);
      },
    },
    {
      name: 'a connection that follows the channel by itself goes on when the membership ends',
      run: async (c) => {
        await change(c, 'PUT');
        const { client } = await c.connect({ hello: { channels: [c.channel] } });
        await change(c, 'DELETE');
        await c.toChannel('own');
        await client.frame({ type: 'message', stream: c.channelStream, data: 'own' });
      },
    },
    {
      name: 'unsubscribe does not end a membership',
      run: async (c) => {
        await change(c, 'PUT');
        const { client } = await c.connect();
        client.send({ type: 'unsubscribe', id: 1, channel: c.channel });
        await client.frame({ type: 'ok', id: 1 });
        await c.toChannel('still');
        await client.frame({ type: 'message', data: 'still' });
      },
    },
    {
      name: 'adding twice and removing who is no member are no errors; members are listed',
      run: async (c) => {
        await change(c, 'PUT');
        await change(c, 'PUT');
        await change(c, 'PUT', `${c.user}/ä`);
        const members = await c.get(`/v1/channels/${c.channel}/members`);
        equal(
          'the members',
          list('items', members['items']).map(({ user }) => user),
          [c.user, `${c.user}/ä`],
        );
        await change(c, 'DELETE');
        await change(c, 'DELETE');
      },
    },
    {
      name: 'needs the scope admin, and names within bounds',
      run: async (c) => {
        const path = `/v1/channels/${c.channel}/members/${c.user}`;
        await c.refused(403, 'forbidden', ['PUT', path, { key: c.target.readerKey }]);
        await c.refused(401, 'unauthorized', ['DELETE', path, { key: null }]);
        await c.refused(400, 'invalid_path', ['PUT', `/v1/channels/a%20b/members/${c.user}`]);
        await c.refused(400, 'invalid_path', ['PUT', `/v1/channels/${c.channel}/members/a%00`]);
      },
    },
  ],
};
