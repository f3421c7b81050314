import { type MessageFrame } from '@switchboard/protocol';
import { BareClient, waitFor } from '@switchboard/testing';
import { metricValue, TestInstallation, type TestGateway } from './testing/test-installation';

const FILLER = 'x'.repeat(32_768);

describe('An ephemeral message', () => {
  let installation: TestInstallation;
  let here: TestGateway;
  let there: TestGateway;
  const clients: BareClient[] = [];
  const connect = async (gateway: TestGateway, user: string): Promise<BareClient> => {
    const client = new BareClient(gateway.url);
    clients.push(client);
    await client.hello(installation.token(user), { channels: ['room'] });
    return client;
  };
  /** What has come once the durable message behind it has: an event that was skipped would have come before it. */
  const ephemerals = async (client: BareClient): Promise<MessageFrame[]> => {
    await installation.accept({ channel: 'room' }, 'end');
    await waitFor('the end', () => client.of('message').find(({ data }) => data === 'end'));
    return client.of('message').filter(({ seq }) => seq === undefined);
  };

  beforeAll(async () => {
    installation = await TestInstallation.create({ SOCKET_BUFFER_BYTES: '16384', RECONCILE_ROUND_MS: '1000' });
    [here, there] = [await installation.startGateway(), await installation.startGateway()];
  });
  afterEach(() => {
    for (const client of clients.splice(0)) client.end();
  });
  afterAll(() => installation.close());

  it('reaches each connection of a user once, on whichever server, and has no place in the stream', async () => {
    const all = [await connect(here, '42'), await connect(here, '42'), await connect(there, '42')];
    const other = await connect(there, '43');
    const { id } = await installation.send({ user: '42' }, { x: 1 });
    for (const client of all) {
      const time = expect.any(String) as string;
      expect(await ephemerals(client)).toEqual([{ type: 'message', stream: 'user:42', id, time, data: { x: 1 } }]);
    }
    expect(await ephemerals(other)).toEqual([]);
  });

  it.each(['room', 'everyone'])('to %s reaches all once, those at the server that sends it too', async (name) => {
    const target = name === 'everyone' ? ({ everyone: true } as const) : { channel: name };
    const all = [await connect(here, 'a'), await connect(there, 'b'), await connect(there, 'c')];
    await here.send(target, 'from a server');
    await installation.send(target, 'from elsewhere');
    for (const client of all) {
      expect((await ephemerals(client)).map(({ data }) => data).sort()).toEqual(['from a server', 'from elsewhere']);
    }
  });

  it('to one connection reaches that one only, and is refused if there is none', async () => {
    const [one, other] = [await connect(there, '42'), await connect(there, '42')];
    const connection = one.of('ready')[0]?.connection ?? '';
    for (const sender of [installation, here, there]) await sender.send({ connection }, 'you');
    const received = await ephemerals(one);
    expect(received).toHaveLength(3);
    expect(received[0]).toMatchObject({ stream: `connection:${connection}`, data: 'you' });
    expect(await ephemerals(other)).toEqual([]);
    for (const sender of [installation, here]) {
      await expect(sender.send({ connection: crypto.randomUUID() }, 1)).rejects.toMatchObject({ code: 'not_found' });
      await expect(sender.send({ connection: 'nonsense' }, 1)).rejects.toMatchObject({ code: 'not_found' });
    }
  });

  it('is not kept for whoever comes later', async () => {
    expect(await installation.send({ user: 'late' }, 1)).toMatchObject({ isFollowed: false });
    expect(await ephemerals(await connect(here, 'late'))).toEqual([]);
  });

  it('of a key is replaced by the newest while its client is slow, and does not hold up others', async () => {
    const [slow, quick] = [await connect(here, 'slow'), await connect(here, 'quick')];
    const held = (): Promise<number> => metricValue(here.metrics, 'switchboard_ephemeral_bytes_held');
    slow.socket.pause();
    // What the network holds must be full first.
    for (let sent = 1; (await held()) === 0; sent += 1) {
      await installation.send({ user: 'slow' }, FILLER + String(sent));
      await installation.send({ user: 'slow' }, 'first', { conflateKey: 'price' });
    }
    for (let price = 1; price <= 50; price += 1) {
      await installation.send({ user: 'slow' }, price, { conflateKey: 'price' });
      await installation.send({ user: 'quick' }, price, { conflateKey: 'price' });
    }
    await installation.send({ user: 'slow' }, 'lost');
    expect((await quick.messages(50)).map(({ data }) => data)).toEqual(Array.from({ length: 50 }, (_, index) => index + 1));
    slow.socket.resume();
    const last = await waitFor('the newest price', () => slow.of('message').find(({ data }) => data === 50));
    expect(slow.of('message').at(-1)).toBe(last);
    const prices = slow.of('message').filter(({ data }) => typeof data === 'number');
    expect(prices).toEqual([last]);
    expect((await ephemerals(slow)).some(({ data }) => data === 'lost')).toBe(false);
    expect(await held()).toBe(0);
    expect(await metricValue(here.metrics, 'switchboard_ephemerals_dropped_total')).toBeGreaterThanOrEqual(50);
  });
});
