import { BareClient, waitFor } from '@switchboard/testing';
import { TestInstallation, type TestGateway } from './testing/test-installation';

describe('A client that keeps nothing', () => {
  let installation: TestInstallation;
  let gateways: TestGateway[];
  const clients: BareClient[] = [];
  let users = 0;
  let user = '';

  beforeAll(async () => {
    installation = await TestInstallation.create();
    gateways = [await installation.startGateway(), await installation.startGateway()];
  });
  beforeEach(() => {
    users += 1;
    user = `u${String(users)}`;
  });
  afterEach(() => {
    for (const client of clients.splice(0)) client.socket.terminate();
  });
  afterAll(() => installation.close());

  async function connect(gateway: number, hello: object = {}) {
    const client = new BareClient(gateways[gateway]?.url ?? '');
    clients.push(client);
    const ready = await client.hello(installation.token(user), hello);
    return { client, after: ready.streams[`user:${user}`]?.after };
  }

  const send = (data: unknown) => installation.accept({ user }, data);
  const own = (seq: number) => ({ type: 'ack', streams: { [`user:${user}`]: seq } });
  const cursorOf = async (device: string): Promise<number | undefined> =>
    (await installation.sender.messageLog.devices(user)).find((each) => each.device === device)?.cursor;

  it('goes on behind what its device acknowledged, on any server', async () => {
    for (const data of [1, 2, 3]) await send(data);
    const first = await connect(0, { device: 'phone' });
    expect((await first.client.messages(3)).map(({ data }) => data)).toEqual([1, 2, 3]);
    first.client.send(own(2));
    first.client.socket.terminate();
    await waitFor('the acknowledgement to be kept', async () => (await cursorOf('phone')) === 2);
    await send(4);
    const second = await connect(1, { device: 'phone' });
    expect(second.after).toBe(2);
    expect((await second.client.messages(2)).map(({ data }) => data)).toEqual([3, 4]);
  });

  it('has its acknowledgement kept within a second', async () => {
    await send(1);
    const { client } = await connect(0, { device: 'phone' });
    await client.messages(1);
    const sentAtMs = performance.now();
    client.send(own(1));
    await waitFor('the acknowledgement to be kept', async () => (await cursorOf('phone')) === 1);
    expect(performance.now() - sentAtMs).toBeLessThan(1_000);
  });

  it('begins with its cursor kept before ready', async () => {
    await send(1);
    const { after } = await connect(0, { device: 'tablet', start: 'now' });
    expect([after, await cursorOf('tablet')]).toEqual([1, 1]);
  });

  it('is told what it acknowledged out of range, and goes on', async () => {
    const { client } = await connect(0, { device: 'phone' });
    client.send(own(1));
    const [error] = await waitFor('the refusal', () => (client.of('error').length > 0 ? client.of('error') : undefined));
    expect(error).toMatchObject({ code: 'ack_out_of_range', stream: `user:${user}`, retryable: false });
    await send(1);
    await client.messages(1);
    client.send(own(1));
    await waitFor('the acknowledgement to be kept', async () => (await cursorOf('phone')) === 1);
  });

  it('loses no acknowledgement when its server stops', async () => {
    const gateway = await installation.startGateway();
    gateways.push(gateway);
    for (const data of [1, 2]) await send(data);
    const { client } = await connect(2, { device: 'phone' });
    await client.messages(2);
    client.send(own(2));
    client.send({ type: 'ping' });
    await waitFor('the pong', () => client.of('pong')[0]);
    await gateway.close();
    expect(await cursorOf('phone')).toBe(2);
  });
});
