import { Harness } from './testing/harness';

describe('SwitchboardClient, staying alive', () => {
  const harness = new Harness();
  afterEach(() => harness.end());

  it('answers a ping, even before ready', async () => {
    const server = await harness.server();
    const { client } = harness.client(server);
    const connected = client.connect();
    const session = await server.session();
    session.send({ type: 'ping' });
    await session.frame('pong');
    session.ready();
    await connected;
    session.send({ type: 'ping' });
    expect(await session.frame('pong', 2)).toEqual({ type: 'pong' });
  });

  it('asks a silent server, then leaves it and comes back', async () => {
    const server = await harness.server((session) => {
      session.ready({}, server.sessions.length === 1 ? 40 : 25_000);
    });
    const { client, states } = harness.client(server);
    await client.connect();
    const connectedAtMs = performance.now();
    await server.session(2);
    // 2.5 intervals of 40 ms; timers may be late but never early by more than their rounding.
    expect(performance.now() - connectedAtMs).toBeGreaterThan(90);
    expect(server.sessions[0]?.frames.map(({ type }) => type)).toEqual(['hello', 'ping']);
    expect(states).toContainEqual(expect.objectContaining({ state: 'waiting', code: 1006, reason: 'the server is silent' }));
  });
});
