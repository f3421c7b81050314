import { BareClient, waitFor, type BareClientOptions } from '@switchboard/testing';
import { type Environment } from '@switchboard/config';
import { metricValue, TestInstallation, type TestGateway } from './testing/test-installation';

const BROWSER = { headers: { origin: 'https://app.example' } };

describe('The limits of a server', () => {
  let installation: TestInstallation;
  let gateway: TestGateway;
  const start = async (environment: Environment): Promise<void> => {
    installation = await TestInstallation.create(environment);
    gateway = await installation.startGateway();
  };
  const connected = async (options?: BareClientOptions): Promise<BareClient> => {
    const client = new BareClient(gateway.url, options);
    await client.hello(installation.token('42'));
    return client;
  };
  const refusedWith = async (options?: BareClientOptions): Promise<number> => {
    const client = new BareClient(gateway.url, options);
    return waitFor('the refusal', () => client.refusedWith);
  };

  afterEach(() => installation.close());

  it('let pages of other origins know that they may not connect, and nobody else', async () => {
    await start({ ALLOWED_ORIGINS: 'https://app.example' });
    const evil = new BareClient(gateway.url, { headers: { origin: 'https://evil.example' } });
    expect(await evil.error('origin_refused')).toEqual({
      type: 'error',
      code: 'origin_refused',
      message: expect.any(String) as string,
      retryable: false,
    });
    expect(await evil.closeCode()).toBe(4502);
    await connected(BROWSER);
    await connected();
    expect(await metricValue(gateway.metrics, 'switchboard_limits_reached_total')).toBe(1);
  });

  it('bound the sockets of an address, which a trusted proxy names', async () => {
    await start({ MAX_CONNECTIONS_PER_ADDRESS: '1', TRUSTED_PROXIES: '127.0.0.1' });
    const from = (address: string, headers = {}): BareClientOptions => ({ headers: { 'x-forwarded-for': address, ...headers } });
    const first = await connected(from('192.0.2.1'));
    expect(await refusedWith(from('192.0.2.1'))).toBe(429);
    const browser = new BareClient(gateway.url, from('192.0.2.1', BROWSER.headers));
    expect(await browser.error('rate_limited')).toMatchObject({ retryable: true, retryAfterMs: expect.any(Number) as number });
    expect(await browser.closeCode()).toBe(4007);
    await connected(from('192.0.2.2'));
    first.end();
    await waitFor('room', () => refusedWith(from('192.0.2.2')).then(() => connectedNow(from('192.0.2.1'))));
  });

  it('bound the upgrades of a second', async () => {
    await start({ MAX_UPGRADES_PER_SECOND: '1' });
    await connected();
    await connected();
    expect(await refusedWith()).toBe(503);
    const browser = new BareClient(gateway.url, BROWSER);
    expect(await browser.error('overloaded')).toMatchObject({ retryAfterMs: expect.any(Number) as number });
    expect(await browser.closeCode()).toBe(4003);
    await waitFor('the next second', () => connectedNow());
  });

  it.each([
    ['frames', { MAX_FRAMES_PER_SECOND: '10' }, '{"type":"pong"}'],
    ['bytes', { MAX_BYTES_PER_SECOND: '16384', MAX_FRAMES_PER_SECOND: '1000000' }, `{"type":"pong","filler":"${'x'.repeat(2_000)}"}`],
  ])(
    'tell a client that sends too many %s to slow down, close it if it goes on, and trouble nobody else',
    async (_, environment, frame) => {
      await start(environment);
      const [fast, calm] = [await connected(), await connected()];
      for (let sent = 0; sent < 60; sent += 1) fast.send(frame);
      expect(await fast.error('rate_limited')).toMatchObject({ retryable: true, retryAfterMs: expect.any(Number) as number });
      await installation.accept({ user: '42' }, 'still here');
      await fast.messages(1);
      for (let sent = 0; sent < 60; sent += 1) fast.send(frame);
      expect(await fast.closeCode()).toBe(4007);
      await calm.messages(1);
      expect(calm.closed).toBeUndefined();
      expect(calm.of('error')).toEqual([]);
    },
  );

  it('replace the oldest connections of a user who has too many, but for one that the new one replaces itself', async () => {
    await start({ MAX_CONNECTIONS_PER_USER: '2' });
    const [first, second] = [await connected(), await connected()];
    const moving = new BareClient(gateway.url);
    const replaces = second.of('ready')[0]?.connection;
    await moving.hello(installation.token('42'), { replaces });
    second.end();
    const third = await connected();
    expect(await first.error('replaced')).toMatchObject({ retryable: false });
    expect(await first.closeCode()).toBe(4506);
    await installation.accept({ user: '42' }, 'for those who stay');
    await Promise.all([moving.messages(1), third.messages(1)]);
    const other = new BareClient(gateway.url);
    await other.hello(installation.token('7'));
  });

  it('replace the oldest connection of a user at another server too', async () => {
    await start({ MAX_CONNECTIONS_PER_USER: '1' });
    const first = await connected();
    gateway = await installation.startGateway();
    const second = await connected();
    expect(await first.error('replaced')).toMatchObject({ retryable: false });
    expect(await first.closeCode()).toBe(4506);
    expect(second.closed).toBeUndefined();
  });

  it('refuse a connection of a user who has too many at any server, and admit it once there is room', async () => {
    await start({ MAX_CONNECTIONS_PER_USER: '1', USER_CONNECTION_POLICY: 'refuse' });
    const first = await connected();
    gateway = await installation.startGateway();
    const second = await new BareClient(gateway.url).open();
    second.send({ type: 'hello', token: installation.token('42') });
    expect(await second.error('too_many_connections')).toMatchObject({ retryable: false });
    expect(await second.closeCode()).toBe(4505);
    first.end();
    await waitFor('room', async () => {
      const next = await new BareClient(gateway.url).open();
      next.send({ type: 'hello', token: installation.token('42') });
      await waitFor('an answer', () => next.of('ready')[0] ?? next.closed);
      return next.of('ready')[0];
    });
  });

  it('keep one of many connections of a user that come at once at several servers', async () => {
    await start({ MAX_CONNECTIONS_PER_USER: '1', USER_CONNECTION_POLICY: 'refuse' });
    const gateways = [gateway, await installation.startGateway()];
    const clients = Array.from({ length: 10 }, (_, index) => new BareClient(gateways[index % 2]?.url ?? ''));
    await Promise.all(clients.map((client) => client.open()));
    for (const client of clients) client.send({ type: 'hello', token: installation.token('42') });
    await waitFor('all but one to be closed', () => clients.filter(({ closed }) => closed !== undefined).length === 9);
    await installation.accept({ user: '42' }, 'for one');
    await waitFor('the one that stays', () => clients.find((client) => client.closed === undefined && client.of('message').length === 1));
  });

  async function connectedNow(options?: BareClientOptions): Promise<boolean> {
    const client = new BareClient(gateway.url, options);
    await waitFor('an answer', () => client.refusedWith ?? client.socket.readyState === client.socket.OPEN);
    const isOpen = client.refusedWith === undefined;
    client.end();
    return isOpen;
  }
});
