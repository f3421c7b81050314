import { equal } from '../checks';
import { type CaseGroup, type ConformanceCase } from '../conformance-case';

/** A frame that is told to be bad, and closes only if it is repeated. */
function bad(name: string, frame: string | Buffer): ConformanceCase {
  return {
    name: `${name} gets an error, and repeated, close 4504`,
    run: async (c) => {
      const { client } = await c.connect();
      client.send(frame);
      await client.frame({ type: 'error', code: 'bad_frame', retryable: false });
      await client.roundTrip();
      for (let repeat = 0; repeat < 20 && client.closed === undefined; repeat += 1) client.send(frame);
      equal('the close code', await client.closeCode(), 4504);
    },
  };
}

/** A frame with an id and a wrong field. */
function wrongField(name: string, frame: object): ConformanceCase {
  return {
    name: `${name} gets invalid_field with its id, and closes nothing`,
    run: async (c) => {
      const { client } = await c.connect({ claims: { publish: ['user:*'] } });
      for (const id of [1, 2, 3, 4, 5]) {
        client.send({ ...frame, id });
        await client.frame({ type: 'error', id, code: 'invalid_field' });
      }
      await client.roundTrip();
    },
  };
}

/** Frames that break the protocol. */
export const BAD_FRAMES: CaseGroup = {
  name: 'bad frames',
  cases: [
    bad('a binary frame', Buffer.from('{"type":"ping"}')),
    bad('an array', '[{"type":"ping"}]'),
    bad('a text that is no JSON', '{"type":'),
    bad('null', 'null'),
    bad('an object without a type', '{"id":1}'),
    bad('an unknown type', '{"type":"dance"}'),
    bad('an empty frame', ''),
    wrongField('a subscribe whose channel is no text', { type: 'subscribe', channel: 5 }),
    wrongField('a subscribe whose after is negative', { type: 'subscribe', channel: 'a', after: -1 }),
    wrongField('a token that is no text', { type: 'token', token: null }),
    {
      name: 'unknown fields are ignored',
      run: async (c) => {
        const { client } = await c.connect();
        client.send({ type: 'subscribe', id: 1, channel: c.channel, future: { x: [] } });
        await client.frame({ type: 'ok', id: 1 });
      },
    },
    {
      name: 'a frame over the limit of ready closes with 1009',
      run: async (c) => {
        const { client, ready } = await c.connect();
        const { frameBytes } = ready['limits'] as { readonly frameBytes: number };
        client.send(`{"type":"ping","x":"${'x'.repeat(frameBytes)}"}`);
        equal('the close code', await client.closeCode(), 1009);
      },
    },
    {
      name: 'a frame at the limit of ready is taken',
      run: async (c) => {
        const { client, ready } = await c.connect();
        const { frameBytes } = ready['limits'] as { readonly frameBytes: number };
        const [start, end] = ['{"type":"ping","x":"', '"}'];
        client.send(`${start}${'x'.repeat(frameBytes - start.length - end.length)}${end}`);
        await client.frame({ type: 'pong' });
      },
    },
    {
      name: 'bytes that are no UTF-8 in a text frame close with 1007',
      run: async (c) => {
        const { client } = await c.connect();
        client.socket.send(Buffer.from([0x22, 0xff, 0xfe, 0x22]), { binary: false });
        equal('the close code', await client.closeCode(), 1007);
      },
    },
  ],
};
