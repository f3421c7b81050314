import { randomUUID } from 'node:crypto';
import { BareClient, waitFor } from '@switchboard/testing';
import { TamperedBus } from './testing/tampered-bus';
import { metricValue, TestInstallation, type TestGateway } from './testing/test-installation';

const RECONCILE_ROUND_MS = 1_000;
const RACES = 150;
const RACES_AT_ONCE = 10;
const MOST_DELAY_MS = 25;

const aLittleLater = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, Math.random() * MOST_DELAY_MS));

describe('A member of a channel', () => {
  let installation: TestInstallation;
  let gateways: [TestGateway, TestGateway];
  let bus: TamperedBus;
  const clients: BareClient[] = [];

  const connect = async (user: string, { at = 0, claims = { channels: [] as string[] }, fields = {} } = {}): Promise<BareClient> => {
    const client = new BareClient(gateways[at]?.url ?? '');
    clients.push(client);
    await client.hello(installation.token(user, claims), fields);
    return client;
  };
  const join = async (channel: string, user: string): Promise<void> => (await installation.answering()).changeMembership.add(channel, user);
  const leave = async (channel: string, user: string): Promise<void> =>
    (await installation.answering()).changeMembership.remove(channel, user);
  const send = (channel: string, data: unknown) => installation.accept({ channel }, data);
  const dataOf = (client: BareClient): unknown[] => client.of('message').map(({ data }) => data);
  const known = (channel: string) =>
    waitFor(`a server to follow ${channel}`, async () => (await installation.sender.serverLookup.slotsOf(`channel:${channel}`)).length > 0);
  const forgotten = (channel: string) =>
    waitFor(`nobody to follow ${channel}`, async () => (await installation.sender.serverLookup.slotsOf(`channel:${channel}`)).length === 0);

  beforeAll(async () => {
    installation = await TestInstallation.create({ RECONCILE_ROUND_MS: String(RECONCILE_ROUND_MS), MAX_SUBSCRIPTIONS: '3' });
    bus = new TamperedBus(installation.createBus());
    gateways = [await installation.startGateway(bus), await installation.startGateway()];
  });
  afterEach(() => {
    bus.tamper = (events) => events;
    for (const client of clients.splice(0)) client.end();
  });
  afterAll(() => installation.close());

  it('follows it from where the membership began, though the token allows nothing, and ready says so', async () => {
    await send('early', 'before');
    await join('early', 'm1');
    await send('early', 'after');
    const client = await connect('m1');
    expect(client.of('ready')[0]?.streams['channel:early']).toEqual({ after: 1 });
    expect((await client.messages(1)).map(({ data }) => data)).toEqual(['after']);
    const back = await connect('m1', { fields: { resume: { 'channel:early': 2 } } });
    expect(back.of('ready')[0]?.streams['channel:early']).toEqual({ after: 2 });
    const greedy = await connect('m1', { fields: { resume: { 'channel:early': 0 } } });
    expect(greedy.of('ready')[0]?.streams['channel:early']).toEqual({ after: 1 });
  });

  it('follows it at once on connections that live, whichever server holds them', async () => {
    const both = [await connect('m2', { at: 0 }), await connect('m2', { at: 1 })];
    await join('live', 'm2');
    await send('live', 'hello');
    for (const client of both) expect((await client.messages(1))[0]).toMatchObject({ stream: 'channel:live', seq: 1, data: 'hello' });
    await leave('live', 'm2');
    await forgotten('live');
    await send('live', 'unheard');
    await installation.accept({ user: 'm2' }, 'own');
    for (const client of both) expect((await client.messages(2)).map(({ data }) => data)).toEqual(['hello', 'own']);
  });

  it('goes on following by itself what it follows by itself when the membership ends', async () => {
    const client = await connect('m3', { claims: { channels: ['both'] }, fields: { channels: ['both'] } });
    await join('both', 'm3');
    await join('mark', 'm3');
    await known('mark');
    await leave('both', 'm3');
    await leave('mark', 'm3');
    await forgotten('mark');
    await send('both', 'still');
    expect((await client.messages(1))[0]?.data).toBe('still');
  });

  it('cannot end a membership by unsubscribing, nor by a token that allows less', async () => {
    await join('kept', 'm4');
    const client = await connect('m4', { claims: { channels: ['kept'] } });
    client.send({ type: 'subscribe', id: 1, channel: 'kept' });
    client.send({ type: 'unsubscribe', id: 2, channel: 'kept' });
    await waitFor('the answers', () => client.of('ok').length === 2);
    client.send({ type: 'token', id: 3, token: installation.token('m4', { channels: [] }) });
    await waitFor('the answer', () => client.of('ok').length === 3);
    await send('kept', 'still');
    expect((await client.messages(1))[0]?.data).toBe('still');
    expect(client.of('error')).toEqual([]);
  });

  it('may subscribe to as many channels as anybody else', async () => {
    for (const channel of ['n1', 'n2', 'n3']) await join(channel, 'm5');
    const client = await connect('m5', { claims: { channels: ['own', 'more'] } });
    client.send({ type: 'subscribe', id: 1, channel: 'own' });
    await waitFor('the answer', () => client.of('ok').length === 1);
    client.send({ type: 'subscribe', id: 2, channel: 'more' });
    expect(await client.error('too_many_subscriptions')).toMatchObject({ id: 2 });
  });

  it('follows it within one round when nobody told the server, and gets all that was sent meanwhile', async () => {
    const client = await connect('m6');
    bus.tamper = () => [];
    await join('untold', 'm6');
    await send('untold', 1);
    const joinedAtMs = performance.now();
    await client.messages(1);
    // A round, two reads, and room for a busy machine.
    expect(performance.now() - joinedAtMs).toBeLessThan(RECONCILE_ROUND_MS + 2_500);
    expect(await metricValue(gateways[0].metrics, 'switchboard_membership_repairs_total')).toBeGreaterThan(0);
    await leave('untold', 'm6');
    await forgotten('untold');
    expect(dataOf(client)).toEqual([1]);
  });

  it('misses nothing that was sent after it had become one, however that meets its connecting', async () => {
    const raceOnce = async (): Promise<void> => {
      const [user, channel] = [randomUUID(), randomUUID()];
      const client = new BareClient(gateways[1].url);
      clients.push(client);
      await client.open();
      const connecting = aLittleLater().then(() => client.hello(installation.token(user, { channels: [] })));
      await aLittleLater();
      await join(channel, user);
      await send(channel, 1);
      await send(channel, 2);
      await connecting;
      expect((await client.messages(2)).map(({ seq }) => seq)).toEqual([1, 2]);
      expect(client.of('gap')).toEqual([]);
    };
    for (let race = 0; race < RACES; race += RACES_AT_ONCE) {
      await Promise.all(Array.from({ length: RACES_AT_ONCE }, raceOnce));
      for (const client of clients.splice(0)) client.end();
    }
  });
});
