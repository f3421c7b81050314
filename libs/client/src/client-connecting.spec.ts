import { SUBPROTOCOL } from '@switchboard/protocol';
import { WebSocket } from 'ws';
import { SwitchboardClient } from './client';
import { Harness } from './testing/harness';
import { waitFor } from './testing/wait-for';

describe('SwitchboardClient, connecting', () => {
  const harness = new Harness();
  afterEach(() => harness.end());

  it('says hello first, and is ready when the server is', async () => {
    const server = await harness.server();
    const { client, states } = harness.client(server, { device: 'phone', channels: ['news'], resume: { 'user:42': 17 } });
    const connected = client.connect();
    const session = await server.session();
    expect(session.subprotocol).toBe(SUBPROTOCOL);
    expect(session.frames).toEqual([{ type: 'hello', token: 't', device: 'phone', channels: ['news'], resume: { 'user:42': 17 } }]);
    expect([client.state, client.user, client.connectionId, client.serverId]).toEqual(['connecting', undefined, undefined, undefined]);
    session.ready({ 'user:42': 17, everyone: 3, 'channel:news': 5 });
    await connected;
    expect([client.state, client.user, client.connectionId, client.serverId]).toEqual(['ready', '42', 'c1', 's1']);
    expect(client.positions).toEqual({ 'user:42': 17, everyone: 3, 'channel:news': 5 });
    expect(states).toEqual([
      { state: 'connecting', attempt: 1 },
      { state: 'ready', connectionId: 'c1', serverId: 's1', user: '42' },
    ]);
  });

  it('keeps trying until a server is ready', async () => {
    const server = await harness.server((session) => {
      if (server.sessions.length < 4) session.socket.terminate();
      else session.ready();
    });
    const { client, states } = harness.client(server);
    await client.connect();
    expect(server.sessions).toHaveLength(4);
    expect(states.filter(({ state }) => state === 'connecting').at(-1)).toEqual({ state: 'connecting', attempt: 4 });
  });

  it('drops an attempt that hears no ready within the handshake timeout', async () => {
    const server = await harness.server((session) => {
      if (server.sessions.length > 1) session.ready();
    });
    const { client, states } = harness.client(server, { handshakeTimeoutMs: 200 });
    await client.connect();
    expect(states).toContainEqual(expect.objectContaining({ state: 'waiting', reason: 'the server was not ready in time' }));
    await server.sessions[0]?.closed();
  });

  it('asks for a token anew for each attempt', async () => {
    const server = await harness.server((session) => {
      if (server.sessions.length < 3) session.socket.terminate();
      else session.ready();
    });
    let asked = 0;
    const { client } = harness.client(server, { token: () => Promise.resolve(`token ${String(++asked)}`) });
    await client.connect();
    expect(server.sessions.map(({ hello }) => hello?.token)).toEqual(['token 1', 'token 2', 'token 3']);
  });

  it('reports a token callback that fails, gives no token or takes too long, and asks again', async () => {
    const server = await harness.server((session) => {
      session.ready();
    });
    const answers: (() => string | Promise<string>)[] = [
      () => {
        throw new Error('no session');
      },
      () => Promise.reject(new Error('offline')),
      () => '',
      () => new Promise(() => undefined),
      () => 'good',
    ];
    const { client, errors, states } = harness.client(server, { token: () => answers.shift()?.() ?? '', tokenTimeoutMs: 30 });
    await client.connect();
    expect(errors.map(({ code, message }) => [code, message.split('. ').at(-1)])).toEqual([
      ['token_failed', expect.stringContaining('no session')],
      ['token_failed', expect.stringContaining('offline')],
      ['token_failed', expect.stringContaining('it gave no token')],
    ]);
    expect(states).toContainEqual(expect.objectContaining({ state: 'waiting', reason: 'the token callback took too long' }));
    expect(server.sessions.map(({ hello }) => hello?.token)).toEqual(['good']);
  });

  it('stays closed when a listener closes it over a failed token callback', async () => {
    const server = await harness.server();
    const { client, states } = harness.client(server, { token: () => Promise.reject(new Error('signed out')) });
    client.on('error', () => {
      client.close();
    });
    await expect(client.connect()).rejects.toMatchObject({ code: 'closed' });
    expect(states.map(({ state }) => state)).toEqual(['connecting', 'closed']);
    expect(client.state).toBe('closed');
  });

  it.each([1008, 4500, 4502, 4503, 4504, 4505, 4506, 4999])('stays away after %d', async (code) => {
    const server = await harness.server((session) => {
      session.send({ type: 'error', code: 'bad_token', message: 'no', retryable: false });
      session.socket.close(code, 'go');
    });
    const { client, states, errors } = harness.client(server);
    await expect(client.connect()).rejects.toMatchObject({ code: 'refused', closeCode: code, retryable: false });
    expect(client.state).toBe('closed');
    expect(states.at(-1)).toEqual({ state: 'closed', code, reason: 'go' });
    expect(errors).toMatchObject([{ code: 'bad_token' }]);
    expect(server.sessions).toHaveLength(1);
  });

  it.each([1000, 1001, 1009, 1011, 1012, 4000, 4001, 4005, 4499])('comes back after %d', async (code) => {
    const server = await harness.server((session) => {
      session.ready();
      if (server.sessions.length === 1) session.socket.close(code, 'later');
    });
    const { client, states } = harness.client(server);
    await client.connect();
    await waitFor('the second ready', () => states.filter(({ state }) => state === 'ready').length === 2);
    expect(states).toContainEqual({ state: 'waiting', delayMs: 0, code, reason: 'later' });
  });

  it('gets a new token at once when the old one has expired', async () => {
    const server = await harness.server((session) => {
      session.ready();
    });
    let asked = 0;
    const { client } = harness.client(server, { token: () => `token ${String(++asked)}`, backoff: { baseMs: 60_000, capMs: 60_000 } });
    await client.connect();
    server.sessions[0]?.socket.close(4501);
    expect((await server.session(2)).hello?.token).toBe('token 2');
  });

  it('closes for good when a token that cannot be renewed has expired', async () => {
    const server = await harness.server((session) => {
      session.socket.close(4501);
    });
    const { client } = harness.client(server, { token: 'fixed' });
    await expect(client.connect()).rejects.toMatchObject({ code: 'refused', closeCode: 4501 });
  });

  it('waits at least as long as the server asked for', async () => {
    const server = await harness.server((session) => {
      session.send({ type: 'error', code: 'overloaded', message: 'full', retryable: true, retryAfterMs: 120_000 });
      session.socket.close(4003);
    });
    const { client, states, errors } = harness.client(server);
    void client.connect();
    await waitFor('waiting', () => client.state === 'waiting');
    expect(states.at(-1)).toEqual({ state: 'waiting', delayMs: 120_000, code: 4003, reason: '' });
    expect(errors).toMatchObject([{ code: 'overloaded', retryable: true }]);
  });

  it('rejects connect when it is closed meanwhile, tells once, and connects again when asked to', async () => {
    const server = await harness.server();
    const { client, states } = harness.client(server);
    const connected = client.connect();
    await server.session();
    client.close();
    client.close();
    await expect(connected).rejects.toMatchObject({ code: 'closed' });
    expect(states.filter(({ state }) => state === 'closed')).toEqual([
      { state: 'closed', code: 1000, reason: 'closed by the application' },
    ]);
    const again = client.connect();
    (await server.session(2)).ready();
    await again;
    expect(client.state).toBe('ready');
  });

  it('closes when its signal aborts before it is ready, and not after', async () => {
    const server = await harness.server();
    const { client } = harness.client(server);
    const leaving = new AbortController();
    const connected = client.connect({ signal: leaving.signal });
    await server.session();
    leaving.abort(new Error('enough'));
    await expect(connected).rejects.toThrow('enough');
    expect(client.state).toBe('closed');
    await expect(client.connect({ signal: leaving.signal })).rejects.toThrow('enough');
    const later = new AbortController();
    const again = client.connect({ signal: later.signal });
    (await server.session(2)).ready();
    await again;
    later.abort();
    expect(client.state).toBe('ready');
  });

  it('gives the server its start wish', async () => {
    const server = await harness.server();
    void harness.client(server, { start: 'earliest' }).client.connect();
    expect((await server.session()).hello).toMatchObject({ start: 'earliest' });
  });

  it('tells a logger what it does, but no token and no data', async () => {
    const server = await harness.server((session) => {
      session.ready({ 'user:42': 0 });
      session.message('user:42', 1, 'private');
    });
    const lines: string[] = [];
    const note = (...args: unknown[]): void => void lines.push(JSON.stringify(args));
    const { client, messages } = harness.client(server, {
      token: () => 'secret',
      logger: {
        info: note,
        warn: () => {
          throw new Error('a logger that fails');
        },
      },
    });
    await client.connect();
    await waitFor('the message', () => messages.length === 1);
    server.sessions[0]?.sendText('nonsense');
    client.close();
    expect(lines.map((line) => /switchboard: (\w+)/.exec(line)?.[1])).toEqual(['connecting', 'ready', 'closed']);
    expect(lines.join()).not.toMatch(/secret|private/);
  });

  it('opens no socket if it is closed while the token is fetched', async () => {
    const server = await harness.server();
    let give: (token: string) => void = () => undefined;
    const { client } = harness.client(server, { token: () => new Promise<string>((resolve) => (give = resolve)) });
    void client.connect();
    client.close();
    give('late');
    const other = harness.client(server);
    void other.client.connect();
    expect((await server.session()).hello?.token).toBe('t');
    expect(server.sessions).toHaveLength(1);
  });

  it('can be closed while the socket is opening', async () => {
    const server = await harness.server();
    const closed: number[] = [];
    class Watched extends WebSocket {
      constructor(url: string, protocols: string[]) {
        super(url, protocols);
        this.once('close', (code) => closed.push(code));
        // Before the handshake has crossed the network.
        queueMicrotask(() => {
          watched.client.close();
        });
      }
    }
    const watched = harness.client(server, { WebSocket: Watched });
    await expect(watched.client.connect()).rejects.toMatchObject({ code: 'closed' });
    await waitFor('the end of the socket', () => closed.length === 1);
    expect(closed).toEqual([1006]);
  });

  it('closes the socket on close', async () => {
    const server = await harness.server((session) => {
      session.ready();
    });
    const { client } = harness.client(server);
    await client.connect();
    client.close();
    await server.sessions[0]?.closed();
    expect(client.connectionId).toBeUndefined();
  });

  it('says what to do where there is no WebSocket', async () => {
    const own: unknown = Reflect.get(globalThis, 'WebSocket');
    Reflect.set(globalThis, 'WebSocket', undefined);
    try {
      const client = new SwitchboardClient({ url: 'ws://127.0.0.1:1/', token: 't' });
      await expect(client.connect()).rejects.toMatchObject({
        code: 'no_web_socket',
        message: expect.stringContaining('option WebSocket') as string,
      });
      expect(client.state).toBe('closed');
    } finally {
      Reflect.set(globalThis, 'WebSocket', own);
    }
  });

  it('gives up on an address that no socket takes', async () => {
    const server = await harness.server();
    const { client } = harness.client(server, { url: 'not an address' });
    await expect(client.connect()).rejects.toMatchObject({ code: 'invalid_option' });
  });

  it.each([
    ['url', { url: '' }],
    ['token', { token: '' }],
    ['token', { token: 7 as never }],
    ['device', { device: 'a b' }],
    ['device', { device: 7 as never }],
    ['start', { start: 'yesterday' as never }],
    ['channels', { channels: ['a/b'] }],
    ['channels', { channels: [7] as never }],
    ['channels', { channels: 'news' as never }],
    ['resume', { resume: { 'user:42': -1 } }],
    ['resume', { resume: 7 as never }],
    ['ack', { ack: 'sometimes' as never }],
    ['maxPending', { maxPending: 0 }],
    ['deviceStorage', { deviceStorage: {} as never }],
    ['positionStorage', { positionStorage: { getItem: () => null } as never }],
    ['storageKey', { storageKey: 7 as never }],
    ['WebSocket', { WebSocket: {} as never }],
    ['tokenTimeoutMs', { tokenTimeoutMs: -1 }],
    ['handshakeTimeoutMs', { handshakeTimeoutMs: Number.NaN }],
    ['backoff.baseMs', { backoff: { baseMs: -1 } }],
  ])('refuses a bad %s', (name, options) => {
    const create = (): unknown => new SwitchboardClient({ url: 'ws://127.0.0.1/', token: 't', ...options });
    expect(create).toThrow(expect.objectContaining({ code: 'invalid_option', message: expect.stringContaining(name) as string }) as Error);
  });
});
