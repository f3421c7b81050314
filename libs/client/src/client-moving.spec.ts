import { Harness } from './testing/harness';
import { waitFor } from './testing/wait-for';

const STREAM = 'user:42';

describe('SwitchboardClient, moving', () => {
  const harness = new Harness();
  afterEach(() => harness.end());

  it('opens the new connection before it leaves the old one, and no message is lost or repeated', async () => {
    const server = await harness.server();
    const { client, messages, states } = harness.client(server, { channels: ['news'] });
    const connected = client.connect();
    const old = await server.session();
    old.ready({ [STREAM]: 0, 'channel:news': 0 });
    await connected;
    old.message(STREAM, 1);
    old.send({ type: 'goaway', inMs: 10, withinMs: 10_000, reason: 'drain' });
    const next = await server.session(2);
    expect(next.hello).toMatchObject({ resume: { [STREAM]: 1, 'channel:news': 0 }, channels: ['news'], replaces: 'c1' });
    expect(old.hello).not.toHaveProperty('replaces');
    // The old one still delivers, while the new one is being registered.
    old.message(STREAM, 2);
    old.message(STREAM, 3);
    await waitFor('the old connection to deliver', () => messages.length === 3);
    expect(old.isClosed).toBe(false);
    expect([client.state, client.connectionId]).toEqual(['ready', 'c1']);
    next.ready({ [STREAM]: 1, 'channel:news': 0 }, 25_000, 'c2');
    for (const seq of [2, 3, 4]) next.message(STREAM, seq);
    await waitFor('the new connection to deliver', () => messages.length === 4);
    await old.closed();
    expect(messages.map(({ seq }) => seq)).toEqual([1, 2, 3, 4]);
    expect(client.connectionId).toBe('c2');
    expect(states.map(({ state }) => state)).toEqual(['connecting', 'ready', 'ready']);
  });

  it('asks again on the new connection for what the old one left unanswered', async () => {
    const server = await harness.server();
    const { client } = harness.client(server);
    const connected = client.connect();
    const old = await server.session();
    old.ready();
    await connected;
    old.send({ type: 'goaway', inMs: 0, reason: 'age' });
    const next = await server.session(2);
    const subscribed = client.subscribe('news');
    await old.frame('subscribe');
    next.ready();
    const frame = await next.frame('subscribe');
    next.send({ type: 'ok', id: frame.id, stream: 'channel:news', after: 8 });
    await expect(subscribed).resolves.toEqual({ stream: 'channel:news', after: 8 });
  });

  it('stays where it is until a new connection is ready, however many fail', async () => {
    const server = await harness.server();
    const { client, messages, states } = harness.client(server);
    const connected = client.connect();
    const old = await server.session();
    old.ready({ [STREAM]: 0 });
    await connected;
    old.send({ type: 'goaway', inMs: 0, reason: 'isolated' });
    (await server.session(2)).socket.close(4005);
    (await server.session(3)).socket.terminate();
    const fourth = await server.session(4);
    old.message(STREAM, 1);
    await waitFor('the old connection to deliver', () => messages.length === 1);
    fourth.ready({ [STREAM]: 0 });
    await old.closed();
    expect(states.map(({ state }) => state)).toEqual(['connecting', 'ready', 'ready']);
  });

  it('needs no second attempt when the old connection ends while the new one is opening', async () => {
    const server = await harness.server();
    const { client, states } = harness.client(server);
    const connected = client.connect();
    const old = await server.session();
    old.ready();
    await connected;
    old.send({ type: 'goaway', inMs: 0, withinMs: 0, reason: 'drain' });
    const next = await server.session(2);
    old.socket.close(4000);
    await waitFor('connecting', () => client.state === 'connecting');
    next.ready();
    await waitFor('ready', () => client.state === 'ready');
    expect(server.sessions).toHaveLength(2);
    expect(states.map(({ state }) => state)).toEqual(['connecting', 'ready', 'connecting', 'ready']);
  });

  it('goes on when the server closes the old connection because the new one replaces it', async () => {
    const server = await harness.server();
    const { client, states } = harness.client(server);
    const connected = client.connect();
    const old = await server.session();
    old.ready();
    await connected;
    old.send({ type: 'goaway', inMs: 0, reason: 'age' });
    const next = await server.session(2);
    old.socket.close(4506);
    await waitFor('connecting', () => client.state === 'connecting');
    next.ready();
    await waitFor('ready', () => client.state === 'ready');
    next.socket.close(4506);
    await waitFor('closed', () => client.state === 'closed');
    expect(states.at(-1)).toMatchObject({ state: 'closed', code: 4506 });
  });

  it('comes back, by backoff, when the old connection ends before the time to move', async () => {
    const server = await harness.server((session) => {
      session.ready();
    });
    const { client } = harness.client(server);
    await client.connect();
    server.sessions[0]?.send({ type: 'goaway', inMs: 3_600_000, reason: 'drain' });
    server.sessions[0]?.socket.close(4000);
    await server.session(2);
    await waitFor('ready', () => client.state === 'ready');
  });

  it('leaves both connections on close', async () => {
    const server = await harness.server();
    const { client } = harness.client(server);
    const connected = client.connect();
    const old = await server.session();
    old.ready();
    await connected;
    old.send({ type: 'goaway', inMs: 0, reason: 'drain' });
    const next = await server.session(2);
    client.close();
    await Promise.all([old.closed(), next.closed()]);
    expect(client.state).toBe('closed');
  });
});
