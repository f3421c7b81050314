import { equal, holds, text } from '../checks';
import { type CaseGroup } from '../conformance-case';
import { eventually } from '../eventually';
import { signToken } from '../sign-token';

/** How a socket is opened. */
export const HANDSHAKE: CaseGroup = {
  name: 'handshake',
  cases: [
    {
      name: 'echoes the subprotocol switchboard.v1 where it is offered, among others too',
      run: async (c) => {
        equal('the subprotocol', (await c.open()).socket.protocol, 'switchboard.v1');
        equal('the subprotocol', (await c.open({ subprotocols: ['other', 'switchboard.v1'] })).socket.protocol, 'switchboard.v1');
      },
    },
    {
      name: 'takes a client that offers no subprotocol as version 1, and echoes none',
      run: async (c) => {
        const { client } = await c.connect({ subprotocols: [] });
        equal('the subprotocol', client.socket.protocol, '');
      },
    },
    {
      name: 'negotiates no extension that it was not offered, and none for plain clients',
      run: async (c) => {
        equal('the extensions', (await c.open()).socket.extensions, '');
      },
    },
    {
      name: 'takes the token in the Authorization header of the upgrade; hello follows',
      run: async (c) => {
        const client = await c.open({ headers: { authorization: `Bearer ${c.token()}` } });
        client.send({ type: 'hello' });
        equal('the user', (await client.frame({ type: 'ready' }))['user'], c.user);
      },
    },
    {
      name: 'closes with 4500 where the token of the upgrade is bad, once hello came',
      run: async (c) => {
        const client = await c.open({
          headers: { authorization: `Bearer ${signToken('not the secret of this server', { sub: c.user })}` },
        });
        client.send({ type: 'hello' });
        equal('the close code', await client.closeCode(), 4500);
      },
    },
    {
      name: 'answers an upgrade to another path with 404',
      run: async (c) => {
        const url = new URL(c.target.wsUrls[0] ?? '');
        url.pathname = '/v1/elsewhere';
        const client = c.dial({}, url.href);
        equal('the status', await eventually('an answer to the upgrade', () => client.refusedWith), 404);
      },
    },
    {
      name: 'closes with 4002 where no hello comes within the deadline',
      run: async (c) => {
        const client = await c.open();
        equal('the close code', await client.closeCode(20_000), 4002);
        holds('no ready', !client.frames.some(({ type }) => type === 'ready'), client.frames);
      },
    },
    {
      name: 'answers a plain GET of the endpoint with an error, not with a hanging socket',
      run: async (c) => {
        const url = new URL(c.target.wsUrls[0] ?? '');
        url.protocol = url.protocol === 'wss:' ? 'https:' : 'http:';
        const { status } = await fetch(url, { signal: AbortSignal.timeout(5_000) });
        holds('a status of 4xx', status >= 400 && status < 500, status);
      },
    },
    {
      name: 'gives each connection an id of its own',
      run: async (c) => {
        const ids = await Promise.all(
          [1, 2].map(async () => text('connection', (await c.connect({ hello: { device: 'same' } })).ready['connection'])),
        );
        holds('two ids', ids[0] !== ids[1], ids);
      },
    },
  ],
};
