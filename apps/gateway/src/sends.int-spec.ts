import { BareClient, waitFor } from '@switchboard/testing';
import { metricValue, TestInstallation, type TestGateway } from './testing/test-installation';

const MAY_SEND = { publish: ['user:*', 'channel:room-*'] };

describe('A client that sends', () => {
  let installation: TestInstallation;
  let gateways: [TestGateway, TestGateway];
  const clients: BareClient[] = [];
  const connected = async (user: string, claims: object = MAY_SEND, gateway = gateways[0]): Promise<BareClient> => {
    const client = new BareClient(gateway.url);
    clients.push(client);
    await client.hello(installation.token(user, claims), { start: 'now', channels: ['room-1'] });
    return client;
  };
  const answer = (client: BareClient, id: number) =>
    waitFor(`the answer ${String(id)}`, () => [...client.of('ok'), ...client.of('error')].find((frame) => frame.id === id));

  beforeAll(async () => {
    installation = await TestInstallation.create({ MAX_DATA_BYTES: '1000', MAX_SENDS_PER_SECOND: '10' });
    gateways = [await installation.startGateway(), await installation.startGateway()];
  });
  afterEach(() => {
    for (const client of clients.splice(0)) client.end();
  });
  afterAll(() => installation.close());

  it('reaches a user at another server, who learns from whom it is', async () => {
    const [alice, bob] = [await connected('alice'), await connected('bob', {}, gateways[1])];
    alice.send({ type: 'send', id: 1, to: { user: 'bob' }, event: 'chat', data: { text: 'hi' } });
    const ok = await answer(alice, 1);
    const [message] = await bob.messages(1);
    expect(message).toEqual({
      type: 'message',
      stream: 'user:bob',
      seq: 1,
      after: 0,
      id: expect.any(String) as string,
      time: expect.any(String) as string,
      event: 'chat',
      from: { user: 'alice' },
      data: { text: 'hi' },
    });
    expect(ok).toEqual({ type: 'ok', id: 1, messageId: message?.id, stream: 'user:bob', seq: 1, time: message?.time });
  });

  it('reaches a channel, and has its data delivered byte for byte', async () => {
    const [alice, carol] = [await connected('alice'), await connected('carol')];
    const data = '{"n":12345678901234567890,"a":1,"a":2,"z":"\\u0041\\/" , "data":{"}":"]"}}';
    alice.send(`{"data":${data} ,"from":{"user":"mallory"},"to":{"channel":"room-1"},"id":2,"type":"send"}`);
    await answer(alice, 2);
    await Promise.all([carol.messages(1), alice.messages(1)]);
    expect(carol.texts.at(-1)).toMatch(/,"from":\{"user":"alice"\},"data":/);
    expect(carol.texts.at(-1)?.endsWith(`"data":${data}}`)).toBe(true);
  });

  it('keeps the order of what it sends without waiting for answers', async () => {
    const [alice, dora] = [await connected('alice'), await connected('dora', {}, gateways[1])];
    for (let id = 0; id < 40; id += 1) alice.send({ type: 'send', id, to: { user: 'dora' }, data: id });
    expect((await dora.messages(40)).map(({ data }) => data)).toEqual(Array.from({ length: 40 }, (_, id) => id));
  });

  it.each([
    ['to a user, without that grant', { publish: ['channel:*'] }, { to: { user: 'bob' } }, 'publish_forbidden'],
    ['to a channel, without that grant', MAY_SEND, { to: { channel: 'news' } }, 'publish_forbidden'],
    ['to anybody, without any grant', {}, { to: { user: 'bob' } }, 'publish_forbidden'],
    ['to everyone', { publish: ['*', 'everyone', 'user:*'] }, { to: { everyone: true } }, 'invalid_field'],
    ['to a user and a channel', MAY_SEND, { to: { user: 'bob', channel: 'room-1' } }, 'invalid_field'],
    ['to a user that is none', MAY_SEND, { to: { user: 'a\nb' } }, 'invalid_field'],
    ['to nobody', MAY_SEND, {}, 'invalid_field'],
    ['data over the limit', MAY_SEND, { to: { user: 'bob' }, data: 'x'.repeat(1_000) }, 'too_large'],
    ['no data', MAY_SEND, { to: { user: 'bob' }, data: undefined }, 'invalid_field'],
    ['a conflate key on a durable message', MAY_SEND, { to: { user: 'bob' }, conflateKey: 'k' }, 'invalid_field'],
    [
      'an idempotency key on an ephemeral one',
      MAY_SEND,
      { to: { user: 'bob' }, durability: 'ephemeral', idempotencyKey: 'k' },
      'invalid_field',
    ],
    ['a time to live of nothing', MAY_SEND, { to: { user: 'bob' }, ttlSeconds: 0 }, 'invalid_field'],
    ['an idempotency key that is too long', MAY_SEND, { to: { user: 'bob' }, idempotencyKey: 'k'.repeat(256) }, 'invalid_field'],
    ['an event with a control character', MAY_SEND, { to: { user: 'bob' }, event: 'a\u0000' }, 'invalid_field'],
  ])('is refused: %s', async (_, claims, fields, code) => {
    const client = await connected('eve', claims);
    client.send({ type: 'send', id: 3, data: 1, ...fields });
    expect(await answer(client, 3)).toMatchObject({ type: 'error', code });
    expect(client.closed).toBeUndefined();
  });

  it('is refused data that is there twice, since readers of JSON differ in which they take', async () => {
    const client = await connected('eve');
    client.send('{"type":"send","id":4,"to":{"user":"bob"},"data":1,"data":2}');
    expect(await answer(client, 4)).toMatchObject({ type: 'error', code: 'invalid_field' });
  });

  it('is refused what its fresh token no longer allows, and allowed what it allows now', async () => {
    const client = await connected('eve');
    client.send({ type: 'token', id: 1, token: installation.token('eve', { publish: ['channel:*'] }) });
    client.send({ type: 'send', id: 2, to: { user: 'bob' }, data: 1 });
    client.send({ type: 'send', id: 3, to: { channel: 'news' }, data: 1 });
    expect(await answer(client, 2)).toMatchObject({ code: 'publish_forbidden' });
    expect(await answer(client, 3)).toMatchObject({ type: 'ok', stream: 'channel:news' });
  });

  it('is told to slow down if it sends too fast, and then may go on', async () => {
    const client = await connected('fast');
    for (let id = 0; id < 60; id += 1) client.send({ type: 'send', id, to: { user: 'nobody' }, data: id });
    const refused = await client.error('rate_limited');
    expect(refused).toMatchObject({ id: expect.any(Number) as number, retryable: true, retryAfterMs: expect.any(Number) as number });
    await waitFor('room for one more', async () => {
      client.send({ type: 'send', id: 1_000, to: { user: 'nobody' }, data: 'later' });
      return (await answer(client, 1_000)).type === 'ok';
    });
    expect(await metricValue(gateways[0].metrics, 'switchboard_messages_refused_total')).toBeGreaterThan(0);
  });

  it('sends once what it repeats under an idempotency key, also over another connection; other senders have keys of their own', async () => {
    const [alice, again] = [await connected('alice'), await connected('alice', MAY_SEND, gateways[1])];
    const frame = { type: 'send', id: 1, to: { user: 'once' }, idempotencyKey: 'k', data: 1 };
    alice.send(frame);
    const first = await answer(alice, 1);
    again.send(frame);
    expect(await answer(again, 1)).toEqual(first);
    again.send({ ...frame, id: 2, data: 2 });
    expect(await answer(again, 2)).toMatchObject({ type: 'error', code: 'idempotency_conflict' });
    const carol = await connected('carol');
    carol.send(frame);
    expect(await answer(carol, 1)).toMatchObject({ type: 'ok', seq: 2 });
  });

  it('says for how long its message is kept', async () => {
    const alice = await connected('alice');
    alice.send({ type: 'send', id: 1, to: { user: 'late' }, ttlSeconds: 1, data: 1 });
    expect(await answer(alice, 1)).toMatchObject({ type: 'ok', seq: 1 });
    await waitFor('the message to be gone', async () => {
      const client = new BareClient(gateways[0].url);
      const { streams } = await client.hello(installation.token('late'), { start: 'earliest' });
      client.end();
      return streams['user:late']?.after === 1;
    });
  });

  it('sends what is not kept, to whoever is there, at this server or another', async () => {
    const [alice, here, there] = [await connected('alice'), await connected('erin'), await connected('erin', {}, gateways[1])];
    alice.send({ type: 'send', id: 1, to: { user: 'erin' }, durability: 'ephemeral', event: 'typing', conflateKey: 'typing', data: [1.0] });
    const ok = await answer(alice, 1);
    for (const client of [here, there]) {
      const [message] = await client.messages(1);
      expect(message).toMatchObject({ stream: 'user:erin', event: 'typing', from: { user: 'alice' }, data: [1] });
      expect(message).not.toHaveProperty('seq');
      expect(ok).toEqual({ type: 'ok', id: 1, messageId: message?.id, stream: 'user:erin', time: message?.time });
    }
  });

  it('must say hello first', async () => {
    const client = await new BareClient(gateways[0].url).open();
    client.send({ type: 'send', id: 1, to: { user: 'bob' }, data: 1 });
    expect(await client.error('hello_expected')).toMatchObject({ id: 1 });
    client.end();
  });
});
