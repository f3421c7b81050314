import { equal, includes, list } from '../checks';
import { type CaseContext } from '../case-context';
import { type CaseGroup } from '../conformance-case';
import { eventually } from '../eventually';
import { type WireClient } from '../wire-client';

async function cursorOf(c: CaseContext, device: string): Promise<unknown> {
  const devices = list('devices', (await c.get(`/v1/users/${c.user}`))['devices']);
  return devices.find((entry) => entry['device'] === device)?.['cursor'];
}

async function kept(c: CaseContext, device: string, cursor: number): Promise<void> {
  await eventually(`the cursor ${String(cursor)} of ${device}`, async () => ((await cursorOf(c, device)) === cursor ? true : undefined));
}

async function acknowledge(c: CaseContext, client: WireClient, seq: number): Promise<void> {
  await client.streamed(c.userStream, 1);
  await eventually(`message ${String(seq)}`, () => client.streamedSoFar(c.userStream).find((frame) => frame['seq'] === seq));
  client.send({ type: 'ack', streams: { [c.userStream]: seq } });
}

async function send(c: CaseContext, messages: number): Promise<void> {
  for (let n = 1; n <= messages; n += 1) await c.toUser(n);
}

/** Acknowledgements, and where they let devices begin. */
export const CURSORS: CaseGroup = {
  name: 'cursors and acks',
  cases: [
    {
      name: 'an ack is kept, and the device goes on there after it',
      run: async (c) => {
        await send(c, 3);
        const { client } = await c.connect({ hello: { device: 'phone' } });
        await acknowledge(c, client, 2);
        await kept(c, 'phone', 2);
        const again = await c.connect({ hello: { device: 'phone' } });
        equal('where it begins', c.after(again.ready, c.userStream), 2);
        equal('seq', (await again.client.streamed(c.userStream, 1))[0]?.['seq'], 3);
      },
    },
    {
      name: 'an ack right before the socket is closed is kept',
      run: async (c) => {
        await send(c, 2);
        const { client } = await c.connect({ hello: { device: 'phone' } });
        await acknowledge(c, client, 2);
        client.socket.close(1000);
        await kept(c, 'phone', 2);
      },
    },
    {
      name: 'an ack never goes back',
      run: async (c) => {
        await send(c, 3);
        const { client } = await c.connect({ hello: { device: 'phone' } });
        await acknowledge(c, client, 3);
        await kept(c, 'phone', 3);
        client.send({ type: 'ack', streams: { [c.userStream]: 1 } });
        await client.roundTrip();
        client.end();
        equal('where it begins', c.after((await c.connect({ hello: { device: 'phone' } })).ready, c.userStream), 3);
      },
    },
    {
      name: 'an ack beyond what was sent is refused as ack_out_of_range, and changes nothing',
      run: async (c) => {
        await send(c, 1);
        const { client } = await c.connect({ hello: { device: 'phone' } });
        await client.streamed(c.userStream, 1);
        client.send({ type: 'ack', streams: { [c.userStream]: 2 } });
        await client.frame({ type: 'error', code: 'ack_out_of_range', stream: c.userStream, retryable: false });
        client.end();
        equal('where it begins', c.after((await c.connect({ hello: { device: 'phone' } })).ready, c.userStream), 0);
      },
    },
    {
      name: 'an ack of another stream is refused as ack_out_of_range',
      run: async (c) => {
        const { client } = await c.connect({ hello: { channels: [c.channel] } });
        await c.toChannel(1);
        await client.streamed(c.channelStream, 1);
        client.send({ type: 'ack', streams: { [c.channelStream]: 1 } });
        await client.frame({ type: 'error', code: 'ack_out_of_range', stream: c.channelStream });
      },
    },
    {
      name: 'an ack that is malformed is refused as invalid_field, and closes nothing',
      run: async (c) => {
        const { client } = await c.connect();
        client.send({ type: 'ack', streams: { [c.userStream]: -1 } });
        await client.frame({ type: 'error', code: 'invalid_field' });
        await client.roundTrip();
      },
    },
    {
      name: 'a device not seen before begins behind the highest seq that any device acknowledged, and that is its cursor before ready',
      run: async (c) => {
        await send(c, 3);
        const { client } = await c.connect({ hello: { device: 'phone' } });
        await acknowledge(c, client, 2);
        await kept(c, 'phone', 2);
        const { ready } = await c.connect({ hello: { device: 'laptop' } });
        equal('where it begins', c.after(ready, c.userStream), 2);
        equal('its cursor', await cursorOf(c, 'laptop'), 2);
      },
    },
    {
      name: 'the first device ever begins at the oldest message',
      run: async (c) => {
        await send(c, 2);
        const { client, ready } = await c.connect({ hello: { device: 'phone' } });
        equal('where it begins', c.after(ready, c.userStream), 0);
        equal(
          'seq',
          (await client.streamed(c.userStream, 2)).map(({ seq }) => seq),
          [1, 2],
        );
      },
    },
    {
      name: 'a client without a device leaves no cursor, but its ack counts for the user',
      run: async (c) => {
        await send(c, 2);
        const { client } = await c.connect();
        await acknowledge(c, client, 1);
        client.socket.close(1000);
        await eventually('a new device to begin behind it', async () => {
          const { client: probe, ready } = await c.connect();
          probe.end();
          return c.after(ready, c.userStream) === 1 ? true : undefined;
        });
        equal('devices', (await c.get(`/v1/users/${c.user}`))['devices'], []);
      },
    },
    {
      name: 'start: now begins at the head, and is the cursor of a new device',
      run: async (c) => {
        await send(c, 2);
        const { ready } = await c.connect({ hello: { device: 'phone', start: 'now' } });
        equal('where it begins', c.after(ready, c.userStream), 2);
        equal('its cursor', await cursorOf(c, 'phone'), 2);
      },
    },
    {
      name: 'start: earliest begins at the oldest message, whatever was acknowledged',
      run: async (c) => {
        await send(c, 2);
        const { client } = await c.connect({ hello: { device: 'phone' } });
        await acknowledge(c, client, 2);
        await kept(c, 'phone', 2);
        const { ready } = await c.connect({ hello: { device: 'laptop', start: 'earliest' } });
        equal('where it begins', c.after(ready, c.userStream), 0);
      },
    },
    {
      name: 'start says nothing to a device that has a cursor',
      run: async (c) => {
        await send(c, 2);
        const { client } = await c.connect({ hello: { device: 'phone' } });
        await acknowledge(c, client, 1);
        await kept(c, 'phone', 1);
        const { ready } = await c.connect({ hello: { device: 'phone', start: 'now' } });
        equal('where it begins', c.after(ready, c.userStream), 1);
      },
    },
    {
      name: 'a device may have several connections; each gets everything',
      run: async (c) => {
        const both = [await c.connect({ hello: { device: 'phone' } }), await c.connect({ hello: { device: 'phone' } })];
        await send(c, 2);
        for (const { client } of both)
          equal(
            'seq',
            (await client.streamed(c.userStream, 2)).map(({ seq }) => seq),
            [1, 2],
          );
      },
    },
    {
      name: 'GET /v1/messages/{id} says per device whether it acknowledged',
      run: async (c) => {
        const { id } = await c.toUser(1);
        const [phone] = [await c.connect({ hello: { device: 'phone' } }), await c.connect({ hello: { device: 'laptop' } })];
        await acknowledge(c, phone.client, 1);
        await kept(c, 'phone', 1);
        const devices = list('devices', (await c.get(`/v1/messages/${String(id)}`))['devices']);
        equal('how many devices', devices.length, 2);
        includes(
          'phone',
          devices.find(({ device }) => device === 'phone'),
          { acknowledged: true },
        );
        includes(
          'laptop',
          devices.find(({ device }) => device === 'laptop'),
          { acknowledged: false },
        );
      },
    },
  ],
};
