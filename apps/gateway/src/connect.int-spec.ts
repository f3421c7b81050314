import { once } from 'node:events';
import { connect } from 'node:net';
import { BareClient, waitFor } from '@switchboard/testing';
import { TestInstallation, type TestGateway } from './testing/test-installation';

describe('A connection', () => {
  let installation: TestInstallation;
  let gateway: TestGateway;
  const clients: BareClient[] = [];
  const connectClient = (options?: ConstructorParameters<typeof BareClient>[1]): BareClient => {
    const client = new BareClient(gateway.url, options);
    clients.push(client);
    return client;
  };

  beforeAll(async () => {
    installation = await TestInstallation.create({ HELLO_DEADLINE_MS: '500', PING_INTERVAL_MS: '400', MAX_SUBSCRIPTIONS: '5' });
    gateway = await installation.startGateway();
  });
  afterEach(() => {
    for (const client of clients.splice(0)) client.end();
  });
  afterAll(() => installation.close());

  it('is told where its streams begin, then gets what comes', async () => {
    const client = connectClient();
    const ready = await client.hello(installation.token('42'), { device: 'phone' });
    expect(ready).toMatchObject({ user: '42', device: 'phone', streams: { 'user:42': { after: 0 }, everyone: { after: 0 } } });
    expect(client.socket.protocol).toBe('switchboard.v1');
    const { id, time } = { ...(await installation.accept({ user: '42' }, { hello: 'world' })), time: expect.any(String) as string };
    expect((await client.messages(1))[0]).toEqual({
      type: 'message',
      stream: 'user:42',
      seq: 1,
      after: 0,
      id,
      time,
      data: { hello: 'world' },
    });
  });

  it('begins at the oldest message that is kept, or where it resumes', async () => {
    for (let seq = 1; seq <= 3; seq += 1) await installation.accept({ user: 'returning' }, seq);
    const [first, second, beyond] = [connectClient(), connectClient(), connectClient()];
    await first.hello(installation.token('returning'));
    expect((await first.messages(3)).map(({ seq }) => seq)).toEqual([1, 2, 3]);
    const ready = await second.hello(installation.token('returning'), { resume: { 'user:returning': 2, 'channel:unrelated': 9 } });
    expect(ready.streams['user:returning']).toEqual({ after: 2 });
    expect((await second.messages(1)).map(({ seq }) => seq)).toEqual([3]);
    expect((await beyond.hello(installation.token('returning'), { resume: { 'user:returning': 99 } })).streams['user:returning']).toEqual({
      after: 3,
    });
  });

  it('takes the token from the upgrade where hello has none', async () => {
    const client = connectClient({ headers: { authorization: `Bearer ${installation.token('42')}` } });
    await client.open();
    client.send({ type: 'hello' });
    expect(await waitFor('ready', () => client.of('ready')[0])).toMatchObject({ user: '42' });
  });

  it('needs no subprotocol, and gets none that it did not offer', async () => {
    const client = connectClient({ subprotocols: [] });
    await client.hello(installation.token('42'));
    expect(client.socket.protocol).toBe('');
  });

  it('follows channels by hello and by subscribe, resuming where it says', async () => {
    for (let seq = 1; seq <= 2; seq += 1) await installation.accept({ channel: 'news' }, seq);
    const client = connectClient();
    const ready = await client.hello(installation.token('reader'), { channels: ['news', 'news'] });
    expect(ready.streams['channel:news']).toEqual({ after: 2 });
    client.send({ type: 'subscribe', id: 1, channel: 'sport' });
    client.send({ type: 'unsubscribe', id: 2, channel: 'news' });
    client.send({ type: 'subscribe', id: 3, channel: 'news', after: 1 });
    client.send({ type: 'subscribe', id: 4, channel: 'news' });
    await waitFor('four answers', () => client.of('ok').length === 4);
    expect(client.of('ok')).toEqual([
      { type: 'ok', id: 1, stream: 'channel:sport', after: 0 },
      { type: 'ok', id: 2, stream: 'channel:news' },
      { type: 'ok', id: 3, stream: 'channel:news', after: 1 },
      { type: 'ok', id: 4, stream: 'channel:news', after: expect.any(Number) as number },
    ]);
    await installation.accept({ channel: 'news' }, 3);
    await installation.accept({ channel: 'sport' }, 'goal');
    const messages = await client.messages(3);
    expect(messages.filter(({ stream }) => stream === 'channel:news').map(({ seq }) => seq)).toEqual([2, 3]);
    expect(messages.filter(({ stream }) => stream === 'channel:sport').map(({ data }) => data)).toEqual(['goal']);
  });

  it('is refused the channels that its token does not allow, and nothing else', async () => {
    const client = connectClient();
    const ready = await client.hello(installation.token('42', { channels: ['room-*'] }), { channels: ['room-1', 'secret'] });
    expect(Object.keys(ready.streams).sort()).toEqual(['channel:room-1', 'everyone', 'user:42']);
    expect(await client.error('channel_forbidden')).toMatchObject({ stream: 'channel:secret', retryable: false });
    client.send({ type: 'subscribe', id: 1, channel: 'secret' });
    await waitFor('the answer', () => client.of('error').find(({ id }) => id === 1));
    expect(client.closed).toBeUndefined();
  });

  it('has a limit of subscriptions', async () => {
    const client = connectClient();
    const ready = await client.hello(installation.token('42'), {
      channels: Array.from({ length: 1_000 }, (_, number) => `many-${String(number)}`),
    });
    expect(Object.keys(ready.streams)).toHaveLength(5);
    client.send({ type: 'subscribe', id: 1, channel: 'one-more' });
    await waitFor('the answer', () => client.of('error').find(({ id, code }) => id === 1 && code === 'too_many_subscriptions'));
    expect(client.closed).toBeUndefined();
  });

  it.each([
    ['no token', () => ({}), 'bad_token', 4500],
    ['a forged token', () => ({ token: `${installation.token('42')}x` }), 'bad_token', 4500],
    ['an expired token', () => ({ token: installation.token('42', { exp: 1 }) }), 'token_expired', 4501],
  ])('is closed with %s', async (_, fields, code, closeCode) => {
    const client = await connectClient().open();
    client.send({ type: 'hello', ...fields() });
    await client.error(code);
    expect(await client.closeCode()).toBe(closeCode);
  });

  it('is closed if it says no hello in time', async () => {
    const client = await connectClient().open();
    await client.error('no_hello');
    expect(await client.closeCode()).toBe(4002);
  });

  it('is pinged when it is silent, and closed when it stays so', async () => {
    const silent = connectClient();
    await silent.hello(installation.token('42'));
    await waitFor('a ping', () => silent.of('ping').length === 1);
    expect(await silent.closeCode()).toBe(4001);
  });

  it('lives on as long as it answers', async () => {
    const client = connectClient();
    await client.hello(installation.token('42'));
    client.socket.on('message', (data: Buffer) => {
      if (data.toString() === '{"type":"ping"}') client.send({ type: 'pong' });
    });
    await waitFor('five pings', () => client.of('ping').length >= 5);
    expect(client.closed).toBeUndefined();
    client.send({ type: 'ping' });
    await waitFor('a pong', () => client.of('pong').length === 1);
  });

  it.each([
    ['no JSON', '{', 'bad_frame'],
    ['no object', '[1]', 'bad_frame'],
    ['an unknown type', '{"type":"nonsense"}', 'bad_frame'],
    ['a binary frame', Buffer.from('{"type":"ping"}'), 'bad_frame'],
    ['a second hello', '{"type":"hello"}', 'hello_expected'],
  ])('gets an error for %s and, repeated, is closed', async (_, frame, code) => {
    const [client, other] = [connectClient(), connectClient()];
    await Promise.all([client.hello(installation.token('42')), other.hello(installation.token('7'))]);
    client.send(frame);
    await client.error(code);
    expect(client.closed).toBeUndefined();
    client.send(frame);
    client.send(frame);
    expect(await client.closeCode()).toBe(4504);
    await installation.accept({ user: '7' }, 'unharmed');
    expect((await other.messages(1)).at(-1)).toMatchObject({ data: 'unharmed' });
  });

  it.each([
    ['a device with a space', { device: 'a b' }, 'invalid_field', 4504],
    ['a channel with a space', { channels: ['a b'] }, 'invalid_field', 4504],
    ['a token of 20 KiB', { token: 'x'.repeat(20_480) }, 'bad_token', 4500],
  ])('is told to stay away when its hello has %s', async (_, fields, code, closeCode) => {
    const client = await connectClient().open();
    client.send({ type: 'hello', token: installation.token('42'), ...fields });
    await client.error(code);
    expect(await client.closeCode()).toBe(closeCode);
  });

  it('gets an error for anything but hello at first', async () => {
    const client = await connectClient().open();
    client.send({ type: 'subscribe', id: 5, channel: 'news' });
    expect(await client.error('hello_expected')).toMatchObject({ id: 5 });
  });

  it('is closed with 1009 for a frame over the limit, and with 1007 for text that is not UTF-8', async () => {
    const [large, broken] = [connectClient(), connectClient()];
    await Promise.all([large.hello(installation.token('42')), broken.hello(installation.token('42'))]);
    large.send(`{"type":"ping","filler":"${'x'.repeat(81_920)}"}`);
    expect(await large.closeCode()).toBe(1009);
    broken.socket.send(Buffer.from([0xff, 0xfe]), { binary: false });
    expect(await broken.closeCode()).toBe(1007);
  });

  it('gets the payload byte for byte', async () => {
    const data = '{"n":12345678901234567890,"f":1.0,"e":1E400,"a":1,"a":2,"z":"\\u0041\\/","👍":"é","deep":[[[{}]]] , "s":" "}';
    const client = connectClient();
    await client.hello(installation.token('bytes'));
    await installation.acceptRaw({ user: 'bytes' }, Buffer.from(data));
    await client.messages(1);
    expect(client.texts.at(-1)?.endsWith(`"data":${data}}`)).toBe(true);
  });

  it.each(['/v1/other', '/', '/v1/connect/more'])('exists at no other path: %s', async (path) => {
    const client = new BareClient(gateway.url.replace('/v1/connect', path));
    expect(await waitFor('the refusal', () => client.refusedWith)).toBe(404);
  });
});

describe('A client that asks and does not read', () => {
  it('is not read either, until it takes its answers', async () => {
    const installation = await TestInstallation.create({
      SOCKET_BUFFER_BYTES: '65536',
      MAX_FRAMES_PER_SECOND: '1000000',
      MAX_BYTES_PER_SECOND: '1000000000',
    });
    const gateway = await installation.startGateway();
    const client = new BareClient(gateway.url);
    await client.hello(installation.token('42'));
    client.socket.pause();
    // Each is answered by an error, as long as it is read at all. Both kernels hold some megabytes.
    const frame = JSON.stringify({ type: 'ack', streams: {}, filler: 'x'.repeat(200) });
    for (let sent = 0; sent < 100_000; sent += 1) client.send(frame);
    let waiting = Infinity;
    await waitFor('the server to take no more', async () => {
      const before = waiting;
      await new Promise((resolve) => setTimeout(resolve, 250));
      waiting = client.socket.bufferedAmount;
      return waiting === before;
    });
    expect(waiting).toBeGreaterThan(1_000_000);
    client.end();
    await installation.close();
  });
});

describe('A request that offers another upgrade', () => {
  it('is answered as if it had not', async () => {
    const installation = await TestInstallation.create();
    const gateway = await installation.startGateway();
    const { hostname, port } = new URL(gateway.httpUrl);
    for (const [path, upgrade] of [
      ['/nope', 'h2c'],
      ['/v1/connect', 'h2c'],
      ['/nope', 'websocket'],
    ] as const) {
      const socket = connect(Number(port), hostname);
      let answer = '';
      socket.on('data', (bytes: Buffer) => (answer += bytes.toString()));
      socket.write(`POST ${path} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, close\r\nUpgrade: ${upgrade}\r\nContent-Length: 4\r\n\r\n`);
      await new Promise((resolve) => setImmediate(resolve));
      socket.write('body');
      await once(socket, 'close');
      expect(answer).toMatch(/^HTTP\/1.1 4\d\d [^]*content-type: application\/json/i);
    }
    await installation.close();
  });
});

describe('A refused upgrade', () => {
  it('leaves no socket behind, and does not keep the server from leaving', async () => {
    const installation = await TestInstallation.create({ MAX_CONNECTIONS: '1' });
    const gateway = await installation.startGateway();
    const only = new BareClient(gateway.url);
    await only.hello(installation.token('42'));
    const { hostname, port } = new URL(gateway.httpUrl);
    const socket = connect({ host: hostname, port: Number(port), allowHalfOpen: true });
    socket.write('GET /v1/connect HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
    socket.resume();
    await once(socket, 'end');
    const startedAtMs = performance.now();
    await gateway.close();
    expect(performance.now() - startedAtMs).toBeLessThan(5_000);
    socket.destroy();
    await installation.close();
  });
});

describe('A full server', () => {
  it('refuses politely: by HTTP status, or so that a browser can understand it', async () => {
    const installation = await TestInstallation.create({ MAX_CONNECTIONS: '1' });
    const gateway = await installation.startGateway();
    const first = new BareClient(gateway.url);
    await first.hello(installation.token('42'));
    const service = new BareClient(gateway.url);
    expect(await waitFor('the refusal', () => service.refusedWith)).toBe(503);
    const browser = new BareClient(gateway.url, { headers: { origin: 'https://app.example' } });
    expect(await browser.error('overloaded')).toMatchObject({ retryable: true, retryAfterMs: expect.any(Number) as number });
    expect(await browser.closeCode()).toBe(4003);
    first.end();
    await waitFor('room', async () => {
      const next = new BareClient(gateway.url);
      await waitFor('an answer', () => next.refusedWith ?? next.socket.readyState === 1);
      const isOpen = next.refusedWith === undefined;
      next.end();
      return isOpen;
    });
    await installation.close();
  });
});
