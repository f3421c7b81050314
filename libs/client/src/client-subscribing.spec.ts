import { Harness } from './testing/harness';
import { waitFor } from './testing/wait-for';

const NEWS = 'channel:news';

describe('SwitchboardClient, subscribing', () => {
  const harness = new Harness();
  afterEach(() => harness.end());

  it('resolves with the start that the server names, and then messages come', async () => {
    const server = await harness.server((session) => {
      session.ready();
    });
    const { client, messages } = harness.client(server);
    await client.connect();
    const subscribed = client.subscribe('news');
    const [session] = server.sessions;
    const frame = await session?.frame('subscribe');
    expect(frame).toEqual({ type: 'subscribe', id: expect.any(Number) as number, channel: 'news' });
    session?.send({ type: 'ok', id: frame?.id ?? 0, stream: NEWS, after: 5 });
    await expect(subscribed).resolves.toEqual({ stream: NEWS, after: 5 });
    session?.message(NEWS, 6);
    await waitFor('a message', () => messages.length === 1);
    await expect(client.subscribe('news')).resolves.toEqual({ stream: NEWS, after: 6 });
    expect(session?.frames.filter(({ type }) => type === 'subscribe')).toHaveLength(1);
  });

  it('begins where the application says, even behind the position that it had', async () => {
    const server = await harness.server((session) => {
      session.ready();
    });
    const { client, messages } = harness.client(server, { resume: { [NEWS]: 9 } });
    await client.connect();
    const subscribed = client.subscribe('news', { after: 2 });
    const [session] = server.sessions;
    const frame = await session?.frame('subscribe');
    expect(frame).toMatchObject({ after: 2 });
    session?.send({ type: 'ok', id: frame?.id ?? 0, stream: NEWS, after: 2 });
    await subscribed;
    session?.message(NEWS, 3);
    await waitFor('the replay', () => messages.length === 1);
  });

  it('carries a subscription that nobody answered over to the next connection', async () => {
    const server = await harness.server((session, { channels, resume }) => {
      session.ready(channels?.includes('news') ? { [NEWS]: resume?.[NEWS] ?? 0 } : {});
    });
    const { client } = harness.client(server);
    await client.connect();
    const subscribed = client.subscribe('news', { after: 4 });
    await server.sessions[0]?.frame('subscribe');
    server.sessions[0]?.socket.terminate();
    expect((await server.session(2)).hello).toMatchObject({ channels: ['news'], resume: { [NEWS]: 4 } });
    await expect(subscribed).resolves.toEqual({ stream: NEWS, after: 4 });
    expect(server.sessions[1]?.frames.filter(({ type }) => type === 'subscribe')).toEqual([]);
  });

  it('waits for a connection when there is none, and makes up for what changed during the handshake', async () => {
    const server = await harness.server();
    const { client } = harness.client(server, { channels: ['old'] });
    const early = client.subscribe('early');
    void client.connect();
    const session = await server.session();
    expect(session.hello?.channels).toEqual(['old', 'early']);
    const late = client.subscribe('late');
    await client.unsubscribe('old');
    session.ready({ 'channel:old': 1, 'channel:early': 2 });
    await expect(early).resolves.toEqual({ stream: 'channel:early', after: 2 });
    const subscribe = await session.frame('subscribe');
    expect(subscribe.channel).toBe('late');
    expect(await session.frame('unsubscribe')).toMatchObject({ channel: 'old' });
    session.send({ type: 'ok', id: subscribe.id, stream: 'channel:late', after: 3 });
    await expect(late).resolves.toEqual({ stream: 'channel:late', after: 3 });
  });

  it('names at most 200 channels in a hello and subscribes the others when it is ready', async () => {
    const names = Array.from({ length: 203 }, (_, index) => `n${String(index)}`);
    const server = await harness.server((session, { channels }) => {
      session.ready(Object.fromEntries((channels ?? []).map((channel) => [`channel:${channel}`, 0])));
    });
    const { client } = harness.client(server, { channels: names });
    await client.connect();
    const [session] = server.sessions;
    await session?.frame('subscribe', 3);
    expect(session?.hello?.channels).toEqual(names.slice(0, 200));
    expect(session?.frames.filter(({ type }) => type === 'subscribe').map((frame) => 'channel' in frame && frame.channel)).toEqual(
      names.slice(200),
    );
  });

  it('rejects what the server refuses, and does not ask for it again', async () => {
    const server = await harness.server((session) => {
      session.ready();
    });
    const { client, errors } = harness.client(server);
    await client.connect();
    const subscribed = client.subscribe('secret');
    const frame = await server.sessions[0]?.frame('subscribe');
    server.sessions[0]?.send({ type: 'error', id: frame?.id ?? 0, code: 'channel_forbidden', message: 'no', retryable: false });
    await expect(subscribed).rejects.toMatchObject({ code: 'channel_forbidden', retryable: false });
    expect(errors).toMatchObject([{ code: 'channel_forbidden' }]);
    server.sessions[0]?.socket.terminate();
    expect((await server.session(2)).hello?.channels).toEqual([]);
  });

  it('goes on without a channel that is refused in the hello', async () => {
    const server = await harness.server((session) => {
      session.send({ type: 'error', code: 'channel_forbidden', message: 'no', retryable: false, stream: 'channel:secret' });
      session.ready({ [NEWS]: 1 });
    });
    const { client, errors } = harness.client(server, { channels: ['secret', 'news'] });
    await client.connect();
    expect(errors).toMatchObject([{ code: 'channel_forbidden', stream: 'channel:secret' }]);
    server.sessions[0]?.socket.terminate();
    expect((await server.session(2)).hello?.channels).toEqual(['news']);
    expect(server.sessions[0]?.frames).toHaveLength(1);
  });

  it('unsubscribes, forgets the position, and begins anew when subscribed again', async () => {
    const server = await harness.server((session) => {
      session.ready({ [NEWS]: 5 });
    });
    const { client, gaps } = harness.client(server, { channels: ['news'] });
    await client.connect();
    const [session] = server.sessions;
    const unsubscribed = client.unsubscribe('news');
    session?.send({ type: 'ok', id: (await session.frame('unsubscribe')).id });
    await unsubscribed;
    expect(client.positions).toEqual({});
    const subscribed = client.subscribe('news');
    const frame = await session?.frame('subscribe');
    expect(frame).not.toHaveProperty('after');
    session?.send({ type: 'ok', id: frame?.id ?? 0, stream: NEWS, after: 12 });
    await expect(subscribed).resolves.toEqual({ stream: NEWS, after: 12 });
    expect(gaps).toEqual([]);
  });

  it('finishes an unsubscribe when the connection goes away', async () => {
    const server = await harness.server((session) => {
      session.ready({ [NEWS]: 5 });
    });
    const { client } = harness.client(server, { channels: ['news'] });
    await client.connect();
    const unsubscribed = client.unsubscribe('news');
    await server.sessions[0]?.frame('unsubscribe');
    server.sessions[0]?.socket.terminate();
    await unsubscribed;
    expect((await server.session(2)).hello).toMatchObject({ channels: [], resume: {} });
  });

  it('rejects an unsubscribe that the server refuses', async () => {
    const server = await harness.server((session) => {
      session.ready();
    });
    const { client } = harness.client(server);
    await client.connect();
    const unsubscribed = client.unsubscribe('news');
    const frame = await server.sessions[0]?.frame('unsubscribe');
    server.sessions[0]?.send({ type: 'error', id: frame?.id ?? 0, code: 'unavailable', message: 'later', retryable: true });
    await expect(unsubscribed).rejects.toMatchObject({ code: 'unavailable', retryable: true });
  });

  it('rejects those who wait when it is closed or unsubscribed', async () => {
    const server = await harness.server((session) => {
      session.ready();
    });
    const { client } = harness.client(server);
    await client.connect();
    const first = client.subscribe('a');
    const second = client.subscribe('b');
    void client.unsubscribe('b');
    await expect(second).rejects.toMatchObject({ code: 'unsubscribed' });
    client.close();
    await expect(first).rejects.toMatchObject({ code: 'closed' });
    await expect(client.subscribe('c')).rejects.toMatchObject({ code: 'closed' });
  });

  it('unsubscribes when its signal aborts before the server has answered', async () => {
    const server = await harness.server((session) => {
      session.ready();
    });
    const { client } = harness.client(server);
    await client.connect();
    const leaving = new AbortController();
    const subscribed = client.subscribe('news', { signal: leaving.signal });
    leaving.abort(new Error('enough'));
    await expect(subscribed).rejects.toThrow('enough');
    expect(await server.sessions[0]?.frame('unsubscribe')).toMatchObject({ channel: 'news' });
    await expect(client.subscribe('news', { signal: leaving.signal })).rejects.toThrow('enough');
  });

  it('refuses bad names, bad starts, and more than 1000 channels', async () => {
    const server = await harness.server();
    const { client } = harness.client(server, { channels: Array.from({ length: 1_000 }, (_, index) => `n${String(index)}`) });
    await expect(client.subscribe('a/b')).rejects.toMatchObject({ code: 'invalid_option' });
    await expect(client.unsubscribe('')).rejects.toMatchObject({ code: 'invalid_option' });
    await expect(client.subscribe('a', { after: -1 })).rejects.toMatchObject({ code: 'invalid_option' });
    await expect(client.subscribe('a')).rejects.toMatchObject({ code: 'too_many_channels' });
  });
});
