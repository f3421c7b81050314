import { count, equal, fields, holds, text } from '../checks';
import { type CaseContext } from '../case-context';
import { type CaseGroup, type ConformanceCase } from '../conformance-case';
import { signToken } from '../sign-token';

const HOUR_S = 3_600;

/** A hello whose token is refused. */
function refusedToken(name: string, code: number, token: (c: CaseContext) => string | undefined): ConformanceCase {
  return {
    name,
    run: async (c) => {
      const client = await c.open();
      client.send({ type: 'hello', token: token(c) });
      equal('the close code', await client.closeCode(), code);
      holds('an error frame before the close', client.frames.at(-1)?.type === 'error', client.frames);
      holds('no ready', !client.frames.some(({ type }) => type === 'ready'), client.frames);
    },
  };
}

/** A hello that is malformed. */
function malformed(name: string, wrong: object): ConformanceCase {
  return {
    name: `closes with 4504: ${name}`,
    run: async (c) => {
      const client = await c.open();
      client.send({ type: 'hello', token: c.token(), ...wrong });
      equal('the close code', await client.closeCode(), 4504);
    },
  };
}

const nowS = (): number => Math.floor(Date.now() / 1_000);

/** What hello is answered with. */
export const HELLO: CaseGroup = {
  name: 'hello',
  cases: [
    {
      name: 'is answered with ready: connection, server, user, device, streams, pingIntervalMs, limits; type first',
      run: async (c) => {
        const { client, ready } = await c.connect({ hello: { device: 'phone-1' } });
        text('connection', ready['connection']);
        text('server', ready['server']);
        equal('user', ready['user'], c.user);
        equal('device', ready['device'], 'phone-1');
        equal('the names of streams', Object.keys(fields('streams', ready['streams'])).sort(), ['everyone', c.userStream].sort());
        count('after of the own stream', c.after(ready, c.userStream));
        count('after of everyone', c.after(ready, 'everyone'));
        holds('a pingIntervalMs above 0', count('pingIntervalMs', ready['pingIntervalMs']) > 0, ready);
        const limits = fields('limits', ready['limits']);
        for (const name of ['frameBytes', 'dataBytes', 'subscriptions']) holds(`a limit ${name}`, count(name, limits[name]) > 0, limits);
        const written = client.textOf({ type: 'ready' });
        holds('type first', written.startsWith('{"type":"ready"'), written);
      },
    },
    {
      name: 'without a device is answered without one',
      run: async (c) => {
        const { ready } = await c.connect();
        equal('device', ready['device'], undefined);
      },
    },
    {
      name: 'may order its fields as it likes, and have unknown ones',
      run: async (c) => {
        const client = await c.open();
        client.send(`{"future":{"a":[1]},"token":${JSON.stringify(c.token())}, "type" : "hello"}`);
        await client.frame({ type: 'ready', user: c.user });
      },
    },
    {
      name: 'follows the channels that it names',
      run: async (c) => {
        const { client, ready } = await c.connect({ hello: { channels: [c.channel] } });
        equal('where the channel begins', c.after(ready, c.channelStream), 0);
        await c.toChannel('x');
        await client.frame({ type: 'message', stream: c.channelStream, seq: 1, after: 0, data: 'x' });
      },
    },
    {
      name: 'with a channel that the token forbids gets an error with stream, and is ready all the same',
      run: async (c) => {
        const { client, ready } = await c.connect({ hello: { channels: [`forbidden.${c.id}`, c.channel] } });
        await client.frame({ type: 'error', code: 'channel_forbidden', stream: `channel:forbidden.${c.id}`, retryable: false });
        equal('the names of streams', Object.keys(fields('streams', ready['streams'])).sort(), [c.channelStream, 'everyone', c.userStream]);
        await client.roundTrip();
      },
    },
    {
      name: 'a second one is refused as hello_expected',
      run: async (c) => {
        const { client } = await c.connect();
        client.send({ type: 'hello', token: c.token() });
        await client.frame({ type: 'error', code: 'hello_expected' });
      },
    },
    {
      name: 'must be the first frame',
      run: async (c) => {
        const client = await c.open();
        client.send({ type: 'subscribe', id: 1, channel: c.channel });
        await client.frame({ type: 'error', code: 'hello_expected', id: 1 });
      },
    },
    {
      name: 'may say which connection it replaces, a live one or one that nobody knows',
      run: async (c) => {
        const { ready } = await c.connect();
        await c.connect({ hello: { replaces: ready['connection'] } });
        await c.connect({ hello: { replaces: 'nobody' } });
      },
    },
    {
      name: 'takes user names of up to 256 bytes of any UTF-8 without control characters',
      run: async (c) => {
        const user = `${c.user}/ä :*?&\u{1F600}`;
        const long = `${c.user}-`.padEnd(256, 'x');
        for (const name of [user, long]) {
          const { client } = await c.connect({ user: name });
          await c.post('/v1/messages', { to: { user: name }, data: 1 });
          await client.frame({ type: 'message', stream: `user:${name}`, data: 1 });
        }
      },
    },
    refusedToken('without a token is closed with 4500', 4500, () => undefined),
    refusedToken('with a token that is no JWT is closed with 4500', 4500, () => 'not-a-token'),
    refusedToken('with a token signed with another secret is closed with 4500', 4500, (c) =>
      signToken('another secret, of at least 32 bytes', { sub: c.user }),
    ),
    refusedToken('with an unsigned token is closed with 4500', 4500, (c) => {
      const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
      return `${part({ alg: 'none', typ: 'JWT' })}.${part({ sub: c.user, exp: nowS() + HOUR_S })}.`;
    }),
    refusedToken('with a token without sub is closed with 4500', 4500, (c) => c.token({ sub: undefined })),
    refusedToken('with a token whose sub is over 256 bytes is closed with 4500', 4500, (c) => c.token({ sub: 'x'.repeat(257) })),
    refusedToken('with a token whose sub has a control character is closed with 4500', 4500, (c) => c.token({ sub: `${c.user}\n` })),
    refusedToken('with a token without exp is closed with 4500', 4500, (c) => c.token({ exp: undefined })),
    refusedToken('with a token whose meta is over 1 KiB is closed with 4500', 4500, (c) => c.token({ meta: { m: 'x'.repeat(1_100) } })),
    refusedToken('with a token that has expired is closed with 4501', 4501, (c) => c.token({ exp: nowS() - HOUR_S })),
    malformed('a device with other characters', { device: 'a b' }),
    malformed('a device of 65 characters', { device: 'd'.repeat(65) }),
    malformed('a device that is empty', { device: '' }),
    malformed('a start that does not exist', { start: 'yesterday' }),
    malformed('a resume that is no whole number', { resume: { everyone: 1.5 } }),
    malformed('a resume beyond 2^53 − 1', { resume: { everyone: 2 ** 53 } }),
    malformed('channels that are no list', { channels: 'news' }),
    malformed('a channel with other characters', { channels: ['a b'] }),
    malformed('a token that is no text', { token: 5 }),
  ],
};
