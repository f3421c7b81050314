import { equal, holds } from '../checks';
import { type CaseGroup } from '../conformance-case';
import { signToken } from '../sign-token';

/** Beyond the leeway for clocks that a server may grant. */
const EXPIRY_PATIENCE_MS = 25_000;

const inSeconds = (seconds: number): number => Math.floor(Date.now() / 1_000) + seconds;

/** Tokens during a connection. */
export const TOKENS: CaseGroup = {
  name: 'tokens',
  cases: [
    {
      name: 'a connection ends with 4501 when its token expires',
      run: async (c) => {
        const { client } = await c.connect({ claims: { exp: inSeconds(2) } });
        equal('the close code', await client.closeCode(EXPIRY_PATIENCE_MS), 4501);
      },
    },
    {
      name: 'a fresh token keeps the connection beyond the expiry of the old one',
      run: async (c) => {
        const [{ client }, witness] = [
          await c.connect({ claims: { exp: inSeconds(3) } }),
          await c.connect({ claims: { exp: inSeconds(3) } }),
        ];
        client.send({ type: 'token', id: 4, token: c.token() });
        await client.frame({ type: 'ok', id: 4 });
        equal('the close code without a fresh token', await witness.client.closeCode(EXPIRY_PATIENCE_MS), 4501);
        await client.roundTrip();
        await c.toUser('still here');
        await client.frame({ type: 'message', data: 'still here' });
      },
    },
    {
      name: 'a token of another user is refused, and the connection goes on',
      run: async (c) => {
        const { client } = await c.connect();
        client.send({ type: 'token', id: 1, token: c.token({ sub: `${c.user}-other` }) });
        await client.frame({ type: 'error', id: 1, code: 'bad_token' });
        await client.roundTrip();
      },
    },
    {
      name: 'a token that is badly signed, or has expired, is refused, and the connection goes on',
      run: async (c) => {
        const { client } = await c.connect();
        client.send({ type: 'token', id: 1, token: signToken('another secret, of at least 32 bytes', { sub: c.user }) });
        await client.frame({ type: 'error', id: 1, code: 'bad_token' });
        client.send({ type: 'token', id: 2, token: c.token({ exp: inSeconds(-3_600) }) });
        await client.frame({ type: 'error', id: 2, code: 'token_expired' });
        await client.roundTrip();
      },
    },
    {
      name: 'subscriptions that a fresh token no longer allows end, and are told; others go on',
      run: async (c) => {
        const kept = `${c.channel}.kept`;
        const [{ client }, witness] = [
          await c.connect({ hello: { channels: [c.channel, kept] } }),
          await c.connect({ hello: { channels: [c.channel] } }),
        ];
        client.send({ type: 'token', id: 1, token: c.token({ channels: [kept] }) });
        await client.frame({ type: 'ok', id: 1 });
        await client.frame({ type: 'error', code: 'channel_forbidden', stream: c.channelStream });
        await c.toChannel('ended');
        await witness.client.frame({ type: 'message', data: 'ended' });
        await c.post(`/v1/channels/${kept}/messages`, { data: 'goes on' });
        await client.frame({ type: 'message', data: 'goes on' });
        equal('what came of the ended one', client.streamedSoFar(c.channelStream), []);
      },
    },
    {
      name: 'a fresh token may allow more: channels and sends',
      run: async (c) => {
        const { client } = await c.connect({ claims: { channels: [] } });
        client.send({ type: 'subscribe', id: 1, channel: c.channel });
        await client.frame({ type: 'error', id: 1, code: 'channel_forbidden' });
        client.send({ type: 'token', id: 2, token: c.token({ publish: ['user:*'] }) });
        await client.frame({ type: 'ok', id: 2 });
        client.send({ type: 'subscribe', id: 3, channel: c.channel });
        await client.frame({ type: 'ok', id: 3 });
        client.send({ type: 'send', id: 4, to: { user: c.user }, data: 1 });
        await client.frame({ type: 'ok', id: 4 });
      },
    },
    {
      name: 'meta of the token is kept with the connection',
      run: async (c) => {
        const { ready } = await c.connect({ claims: { meta: { app: 'conformance', n: 1 } } });
        const connection = await c.get(`/v1/connections/${String(ready['connection'])}`);
        equal('meta', connection['meta'], { app: 'conformance', n: 1 });
        holds('the user', connection['user'] === c.user, connection);
      },
    },
  ],
};
