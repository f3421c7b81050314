import { FakePage, FakeStorage } from './testing/fake-page';
import { Harness } from './testing/harness';
import { tokenWith } from './testing/token-with';
import { waitFor } from './testing/wait-for';

const STREAM = 'user:42';
const LONG_MS = 3_600_000;

describe('SwitchboardClient, on a page', () => {
  const harness = new Harness();
  let page: FakePage;
  let localStore: FakeStorage;
  let sessionStore: FakeStorage;
  beforeEach(() => {
    [page, localStore, sessionStore] = [new FakePage(), new FakeStorage(), new FakeStorage()];
    page.replace('localStorage', localStore);
    page.replace('sessionStorage', sessionStore);
  });
  afterEach(async () => {
    await harness.end();
    page.leave();
  });

  const startServer = (head = Number.MAX_SAFE_INTEGER) =>
    harness.server((session, { resume }) => {
      session.ready({ [STREAM]: Math.min(head, resume?.[STREAM] ?? 0) });
    });

  it('makes itself a name once, and keeps it', async () => {
    const server = await startServer();
    for (let load = 0; load < 2; load += 1) await harness.client(server).client.connect();
    const [first, second] = server.sessions.map(({ hello }) => hello?.device);
    expect(first).toMatch(/^[0-9a-f]{24}$/);
    expect(second).toBe(first);
  });

  it.each([
    ['the name that it is given', { device: 'kiosk' }, 'kiosk'],
    ['none, if it is to have none', { device: null }, undefined],
    ['none where none can be kept', { deviceStorage: null }, undefined],
    ['none where storing fails', { deviceStorage: { getItem: () => null, setItem: () => undefined } }, undefined],
  ])('has %s', async (_, options, device) => {
    const server = await startServer();
    await harness.client(server, options).client.connect();
    expect(server.sessions[0]?.hello?.device).toBe(device);
  });

  it('resumes after a reload where its listeners had come to', async () => {
    const server = await startServer();
    const options = { token: tokenWith({ sub: '42' }), channels: ['news'] };
    const before = harness.client(server, options);
    before.client.on('message', ({ seq }) => (seq === 4 ? new Promise(() => undefined) : undefined));
    await before.client.connect();
    server.sessions[0]?.sendMessages(STREAM, 1, 5);
    server.sessions[0]?.sendMessages('channel:news', 8, 9);
    await waitFor('the messages', () => before.messages.length === 7);
    page.tell('pagehide', { persisted: false });
    await harness.client(server, options).client.connect();
    expect(server.sessions[1]?.hello?.resume).toEqual({ [STREAM]: 3, 'channel:news': 9 });
  });

  it('writes positions down while it runs, too', async () => {
    const server = await startServer();
    await harness.client(server).client.connect();
    server.sessions[0]?.message(STREAM, 1);
    await waitFor('the position', () => [...sessionStore.items.values()].some((text) => text.includes(`"${STREAM}":1`)));
  });

  it('remembers positions for each user and endpoint, and what it is told to resume comes first', async () => {
    const [server, other] = [await startServer(), await startServer()];
    const resumed = async (target: typeof server, user: string, resume = {}): Promise<unknown> => {
      const { client } = harness.client(target, { token: tokenWith({ sub: user }), resume });
      await client.connect();
      const session = target.sessions.at(-1);
      session?.message(STREAM, (session.hello?.resume?.[STREAM] ?? 0) + 1);
      await waitFor('the message', () => (client.positions[STREAM] ?? 0) > (session?.hello?.resume?.[STREAM] ?? 0));
      client.close();
      return session?.hello?.resume;
    };
    expect(await resumed(server, '42')).toEqual({});
    expect(await resumed(server, '42')).toEqual({ [STREAM]: 1 });
    expect(await resumed(server, '7')).toEqual({});
    expect(await resumed(other, '42')).toEqual({});
    expect(await resumed(server, '42', { [STREAM]: 77 })).toEqual({ [STREAM]: 77 });
  });

  it('takes the numbers of a new log for new: a remembered position beyond its end means nothing', async () => {
    const options = { token: tokenWith({ sub: '42' }) };
    const server = await startServer(2);
    sessionStore.setItem(`switchboard:positions:${server.url}:42`, `{"${STREAM}":50}`);
    const { client, messages, errors } = harness.client(server, options);
    await client.connect();
    expect(server.sessions[0]?.hello?.resume).toEqual({ [STREAM]: 50 });
    server.sessions[0]?.message(STREAM, 3);
    await waitFor('the message', () => messages.length === 1);
    expect(errors).toEqual([]);
  });

  it.each(['', '{', '[]', 'null', '{"user:42":-1}', '{"user:42":"1"}'])('ignores remembered nonsense: %s', async (text) => {
    const server = await startServer();
    sessionStore.setItem(`switchboard:positions:${server.url}:`, text);
    localStore.setItem('switchboard:device', 'not a name');
    await harness.client(server).client.connect();
    expect(server.sessions[0]?.hello).toMatchObject({ resume: {}, device: expect.stringMatching(/^[0-9a-f]{24}$/) as string });
  });

  it('does without storages that throw, as those of private windows and sandboxed frames do', async () => {
    page.replace('localStorage', new Error('SecurityError'));
    page.replace('sessionStorage', {
      getItem: () => null,
      setItem: () => {
        throw new Error('QuotaExceededError');
      },
    });
    const server = await startServer();
    const { client, errors } = harness.client(server);
    await client.connect();
    server.sessions[0]?.message(STREAM, 1);
    await server.sessions[0]?.frame('ack');
    page.tell('pagehide');
    expect([server.sessions[0]?.hello?.device, errors]).toEqual([undefined, []]);
  });

  it.each([
    [
      'the network is back',
      (): void => {
        page.tell('online');
      },
    ],
    [
      'the user looks at it again',
      (): void => {
        page.show('visible');
      },
    ],
    [
      'it comes out of the back-forward cache',
      (): void => {
        page.tell('pageshow', { persisted: true });
      },
    ],
  ])('comes back at once when %s', async (_, wake) => {
    const server = await startServer();
    const { client } = harness.client(server, { backoff: { baseMs: LONG_MS, capMs: LONG_MS } });
    await client.connect();
    server.sessions[0]?.socket.terminate();
    await waitFor('waiting', () => client.state === 'waiting');
    page.tell('offline');
    page.tell('pageshow', { persisted: false });
    expect(client.state).toBe('waiting');
    wake();
    await server.session(2);
  });

  it('makes sure of its connection when the user looks at it again', async () => {
    const server = await startServer();
    const { client } = harness.client(server);
    await client.connect();
    page.show('visible');
    await server.sessions[0]?.frame('ping');
    expect(client.state).toBe('ready');
  });

  it('acknowledges when the user looks away or leaves', async () => {
    const server = await startServer();
    const { client, messages } = harness.client(server);
    await client.connect();
    const [session] = server.sessions;
    session?.sendMessages(STREAM, 1, 3);
    await waitFor('the messages', () => messages.length === 3);
    page.show('hidden');
    await waitFor('the acknowledgement', () => session?.acks(STREAM).at(-1) === 3);
  });

  it('lets go of the page when it is closed', async () => {
    const server = await startServer();
    const { client } = harness.client(server);
    await client.connect();
    expect(page.listening).toBeGreaterThan(0);
    client.close();
    expect(page.listening).toBe(0);
  });
});
