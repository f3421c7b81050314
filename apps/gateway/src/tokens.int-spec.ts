import { createServer, type RequestListener } from 'node:http';
import { type AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import { Logger } from '@nestjs/common';
import { BareClient, waitFor } from '@switchboard/testing';
import { metricValue, TestInstallation, type TestGateway } from './testing/test-installation';
import { keyPair } from './tokens/testing/key-pair';

describe('The token of a connection', () => {
  let installation: TestInstallation;
  let gateway: TestGateway;
  const clients: BareClient[] = [];
  const connectClient = (): BareClient => {
    const client = new BareClient(gateway.url);
    clients.push(client);
    return client;
  };
  const inTwoSeconds = (): number => Math.floor(Date.now() / 1_000) + 2;

  beforeAll(async () => {
    installation = await TestInstallation.create({ JWT_LEEWAY_MS: '0' });
    gateway = await installation.startGateway();
  });
  afterEach(() => {
    for (const client of clients.splice(0)) client.end();
  });
  afterAll(() => installation.close());

  it('ends it when it expires, unless a fresh one came in time', async () => {
    const [late, refreshed] = [connectClient(), connectClient()];
    const exp = inTwoSeconds();
    await Promise.all([late.hello(installation.token('42', { exp })), refreshed.hello(installation.token('42', { exp }))]);
    refreshed.send({ type: 'token', id: 1, token: installation.token('42') });
    await late.error('token_expired');
    expect(await late.closeCode()).toBe(4501);
    expect(refreshed.of('ok')).toEqual([{ type: 'ok', id: 1 }]);
    await installation.accept({ user: '42' }, 'still here');
    await refreshed.messages(1);
    expect(refreshed.closed).toBeUndefined();
  });

  it('may be replaced by one that expires sooner', async () => {
    const client = connectClient();
    await client.hello(installation.token('42'));
    client.send({ type: 'token', id: 1, token: installation.token('42', { exp: inTwoSeconds() }) });
    expect(await client.closeCode()).toBe(4501);
  });

  it('ends the subscriptions that a fresh one no longer allows, and no others', async () => {
    const client = connectClient();
    await client.hello(installation.token('reader'), { channels: ['news', 'room-1'] });
    client.send({ type: 'token', id: 1, token: installation.token('reader', { channels: ['news'] }) });
    client.send({ type: 'subscribe', id: 2, channel: 'room-1' });
    await waitFor('both answers', () => client.of('error').some(({ id }) => id === 2));
    expect(client.of('error')).toMatchObject([
      { code: 'channel_forbidden', stream: 'channel:room-1' },
      { code: 'channel_forbidden', stream: 'channel:room-1', id: 2 },
    ]);
    expect(client.of('ok')).toEqual([{ type: 'ok', id: 1 }]);
    await installation.accept({ channel: 'room-1' }, 'not for you');
    await installation.accept({ channel: 'news' }, 'for you');
    await installation.accept({ user: 'reader' }, 'for you too');
    expect((await client.messages(2)).map(({ data }) => data).sort()).toEqual(['for you', 'for you too']);
  });

  it.each([
    ['of another user', () => installation.token('7'), 'bad_token'],
    ['that is forged', () => `${installation.token('patient')}x`, 'bad_token'],
    ['that has expired', () => installation.token('patient', { exp: 1 }), 'token_expired'],
  ])('counts on when a fresh one is refused: %s', async (_, token, code) => {
    const client = connectClient();
    await client.hello(installation.token('patient', { channels: ['news'] }), { channels: ['news'], start: 'now' });
    client.send({ type: 'token', id: 1, token: token() });
    expect(await client.error(code)).toMatchObject({ id: 1 });
    await installation.accept({ channel: 'news' }, code);
    expect((await client.messages(1)).at(-1)).toMatchObject({ stream: 'channel:news', data: code });
    expect(client.closed).toBeUndefined();
  });
});

describe('What a gateway logs', () => {
  it('never holds a token, nor any part of one', async () => {
    const lines: string[] = [];
    const keep = (...parts: unknown[]): void => void lines.push(inspect(parts, { depth: 10 }));
    const installation = await TestInstallation.create({
      JWT_SECRET: '',
      JWT_JWKS_URL: 'http://127.0.0.1:1/keys',
      JWT_JWKS_COOLDOWN_MS: '100',
    });
    const gateway = await installation.startGateway();
    Logger.overrideLogger({ log: keep, warn: keep, error: keep, debug: keep, verbose: keep, fatal: keep });
    const good = keyPair('ES256', 'own').sign({ sub: '42', exp: 4e9 }, 'own');
    const tokens = [good, `${good}x`, installation.token('42'), 'not-a-token-at-all'];
    try {
      for (const token of tokens) {
        for (const isInHello of [true, false]) {
          const client = new BareClient(gateway.url, isInHello ? {} : { headers: { authorization: `Bearer ${token}` } });
          await client.open();
          client.send(isInHello ? { type: 'hello', token } : { type: 'hello' });
          await client.closeCode();
        }
      }
    } finally {
      Logger.overrideLogger(false);
      await installation.close();
    }
    expect(lines.join('\n')).toContain('The keys of tokens could not be fetched');
    for (const token of tokens) for (const part of token.split('.')) expect(lines.join('\n')).not.toContain(part);
  });
});

describe('Tokens with published keys', () => {
  it('are taken once the keys can be fetched; until then a client is asked to come back', async () => {
    const own = keyPair('ES256', 'own');
    let answer: RequestListener = (_, response) => response.writeHead(500).end();
    const publisher = createServer((request, response) => {
      answer(request, response);
    });
    await new Promise<void>((resolve) => publisher.listen(0, '127.0.0.1', resolve));
    const { port } = publisher.address() as AddressInfo;
    const installation = await TestInstallation.create({
      JWT_SECRET: '',
      JWT_JWKS_URL: `http://127.0.0.1:${String(port)}/keys`,
      JWT_JWKS_COOLDOWN_MS: '100',
      JWT_JWKS_TIMEOUT_MS: '100',
    });
    const gateway = await installation.startGateway();
    const token = own.sign({ sub: '42', exp: 4e9 }, 'own');
    const failing: RequestListener[] = [answer, (_, response) => response.end('garbage'), () => undefined];
    for (answer of failing) {
      const client = await new BareClient(gateway.url).open();
      client.send({ type: 'hello', token });
      expect(await client.error('unavailable')).toMatchObject({ retryable: true, retryAfterMs: expect.any(Number) as number });
      expect(await client.closeCode()).toBe(4005);
    }
    answer = (_, response) => response.end(JSON.stringify({ keys: [own.jwk] }));
    const ready = await waitFor('the keys', async () => {
      const client = await new BareClient(gateway.url).open();
      client.send({ type: 'hello', token });
      await waitFor('an answer', () => client.of('ready')[0] ?? client.closed);
      return client.of('ready')[0];
    });
    expect(ready.user).toBe('42');
    expect(await metricValue(gateway.metrics, 'switchboard_token_key_fetches_total')).toBeGreaterThan(1);
    publisher.closeAllConnections();
    publisher.close();
    await installation.close();
  });
});
