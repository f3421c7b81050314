import { BareClient, waitFor } from '@switchboard/testing';
import { TestInstallation, type TestGateway } from './testing/test-installation';

const HUGE = Number.MAX_SAFE_INTEGER;
const MANY = Array.from({ length: 1_000 }, (_, index) => `channel-${String(index)}`);

describe('What a client must not send', () => {
  let installation: TestInstallation;
  let gateway: TestGateway;
  let bystander: BareClient;
  let sent = 0;
  const clients: BareClient[] = [];

  beforeAll(async () => {
    installation = await TestInstallation.create();
    gateway = await installation.startGateway();
    bystander = new BareClient(gateway.url);
    await bystander.hello(installation.token('bystander'));
  });
  afterEach(() => {
    for (const client of clients.splice(0)) client.socket.terminate();
  });
  afterAll(async () => {
    bystander.socket.terminate();
    await installation.close();
  });

  async function connect(hello: object = {}, claims: object = {}): Promise<BareClient> {
    const client = new BareClient(gateway.url);
    clients.push(client);
    await client.hello(installation.token('42', claims), hello);
    return client;
  }

  /** Nobody else is disturbed. */
  async function bystanderGetsMessages(): Promise<void> {
    sent += 1;
    await installation.accept({ user: 'bystander' }, sent);
    await bystander.messages(sent);
    expect(bystander.closed).toBeUndefined();
  }

  it.each<[name: string, frame: object, code: string]>([
    ['an acknowledgement beyond what was sent', { type: 'ack', streams: { 'user:42': 1 } }, 'ack_out_of_range'],
    ['an acknowledgement of a huge seq', { type: 'ack', streams: { 'user:42': HUGE } }, 'ack_out_of_range'],
    ['an acknowledgement of another user', { type: 'ack', streams: { 'user:bystander': 0 } }, 'ack_out_of_range'],
    ['an acknowledgement of an unknown stream', { type: 'ack', streams: { nonsense: 0 } }, 'ack_out_of_range'],
    ['a negative acknowledgement', { type: 'ack', streams: { 'user:42': -1 } }, 'invalid_field'],
    ['a channel that the token forbids', { type: 'subscribe', id: 1, channel: 'secret' }, 'channel_forbidden'],
    ['a channel that is none', { type: 'subscribe', id: 1, channel: 'a b' }, 'invalid_field'],
    ['a position below 0', { type: 'subscribe', id: 1, channel: 'news', after: -1 }, 'invalid_field'],
    ['a message to somebody whom the token does not allow', { type: 'send', id: 1, to: { user: '7' }, data: 1 }, 'publish_forbidden'],
    ['a message to everyone', { type: 'send', id: 1, to: { everyone: true }, data: 1 }, 'invalid_field'],
    ['a message that is too large', { type: 'send', id: 1, to: { channel: 'news' }, data: 'x'.repeat(65_536) }, 'too_large'],
    ['a token that is none', { type: 'token', id: 1, token: 'x' }, 'bad_token'],
    ['a second hello', { type: 'hello', token: 'x' }, 'hello_expected'],
    ['a frame of an unknown type', { type: 'nonsense' }, 'bad_frame'],
  ])('%s is told what is wrong, and lives on', async (_, frame, code) => {
    const client = await connect({}, { channels: ['news'], publish: ['channel:news'] });
    client.send(frame);
    const error = await waitFor('the refusal', () => client.of('error')[0]);
    expect(error).toMatchObject({ code, ...('id' in frame ? { id: frame.id } : {}) });
    client.send({ type: 'ping' });
    await waitFor('the pong', () => client.of('pong')[0]);
    expect(client.closed).toBeUndefined();
    await bystanderGetsMessages();
  });

  it('resumes beyond what was sent at the head, and in streams that are not followed not at all', async () => {
    await installation.accept({ user: '42' }, 1);
    const client = await connect({ resume: { 'user:42': HUGE, 'user:bystander': 0, 'channel:other': 5, nonsense: 1 } });
    const streams = client.of('ready')[0]?.streams ?? {};
    expect(Object.keys(streams).sort()).toEqual(['everyone', 'user:42']);
    expect(streams['user:42']).toEqual({ after: 1 });
    await bystanderGetsMessages();
  });

  it('follows as many of a thousand channels as it may, and is told of the others', async () => {
    const client = await connect({ channels: MANY });
    const { streams = {}, limits } = client.of('ready')[0] ?? {};
    expect(Object.keys(streams)).toHaveLength(limits?.subscriptions ?? 0);
    const refused = client.of('error');
    expect(new Set(refused.map(({ code }) => code))).toEqual(new Set(['too_many_subscriptions']));
    expect(refused).toHaveLength(MANY.length + 2 - Object.keys(streams).length);
    await bystanderGetsMessages();
  });

  it.each<[name: string, hello: object, closeCode: number]>([
    ['a device with a newline', { device: 'a\nb' }, 4504],
    ['a thousand and one channels', { channels: [...MANY, 'one-more'] }, 4504],
    ['a resume of a fraction', { resume: { 'user:42': 0.5 } }, 4504],
    ['a token with alg none', { token: 'eyJhbGciOiJub25lIn0.eyJzdWIiOiI0MiIsImV4cCI6OTk5OTk5OTk5OX0.' }, 4500],
  ])('a hello with %s ends the connection', async (_, fields, closeCode) => {
    const client = new BareClient(gateway.url);
    clients.push(client);
    await client.open();
    client.send({ type: 'hello', token: installation.token('42'), ...fields });
    await waitFor('the close', () => client.closed);
    expect(client.closed?.code).toBe(closeCode);
    await bystanderGetsMessages();
  });
});
