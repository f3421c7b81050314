import { BareClient, waitFor } from '@switchboard/testing';
import { TestInstallation, type TestGateway } from './testing/test-installation';

const TIMEOUT_MS = 5_000;
const administrator = { name: 'close', reason: 'administrator' } as const;

describe('A command to servers', () => {
  let installation: TestInstallation;
  let gateways: TestGateway[];
  const clients: BareClient[] = [];
  const connect = async (gateway: number, user: string): Promise<BareClient> => {
    const client = new BareClient(gateways[gateway]?.url ?? '');
    clients.push(client);
    await client.hello(installation.token(user));
    return client;
  };
  const idOf = (client: BareClient): string => client.of('ready')[0]?.connection ?? '';

  beforeAll(async () => {
    installation = await TestInstallation.create({ DRAIN_WINDOW_MS: '1000', GOAWAY_WITHIN_MS: '1500' });
    gateways = [await installation.startGateway(), await installation.startGateway()];
  });
  afterEach(() => {
    for (const client of clients.splice(0)) client.end();
  });
  afterAll(() => installation.close());

  it('closes one connection and no other, wherever it is', async () => {
    const { sendCommand } = await installation.answering();
    const [here, there] = [await connect(0, 'one'), await connect(1, 'one')];
    const found = await installation.sender.connectionDirectory.find(idOf(there));
    const command = { ...administrator, whose: { connection: idOf(there) } } as const;
    await expect(sendCommand.ask([found?.slot ?? 0], command, TIMEOUT_MS)).resolves.toMatchObject([
      { server: there.of('ready')[0]?.server, connections: 1 },
    ]);
    expect(await there.closeCode()).toBe(4503);
    await waitFor('the row to go', async () => (await installation.sender.connectionDirectory.find(idOf(there))) === undefined);
    expect(here.closed).toBeUndefined();
  });

  it('closes all connections of a user on all servers', async () => {
    const { sendCommand } = await installation.answering();
    const [a, b, other] = [await connect(0, 'many'), await connect(1, 'many'), await connect(1, 'other')];
    const counts = await installation.sender.connectionDirectory.count({ user: 'many' });
    expect(counts.map(({ connections }) => connections)).toEqual([1, 1]);
    const slots = counts.map(({ slot }) => slot);
    const done = await sendCommand.ask(slots, { ...administrator, whose: { user: 'many' }, perSecond: 100 }, TIMEOUT_MS);
    expect(done.map(({ server }) => server).sort()).toEqual(counts.map(({ server }) => server).sort());
    expect(await Promise.all([a.closeCode(), b.closeCode()])).toEqual([4503, 4503]);
    expect(other.closed).toBeUndefined();
  });

  it('drains a server: it admits nobody, and its clients are asked to go, then closed', async () => {
    const { sendCommand } = await installation.answering();
    const drained = await installation.startGateway();
    gateways.push(drained);
    const staying = await Promise.all([connect(2, 'd1'), connect(2, 'd2'), connect(2, 'd3')]);
    const server = staying[0].of('ready')[0]?.server ?? '';
    const slot = await installation.sender.serverDirectory.slotOf(server);
    const [done] = await sendCommand.ask([slot ?? 0], { name: 'drain', server }, TIMEOUT_MS);
    expect(done).toMatchObject({ server, connections: 3 });
    await waitFor('all to be asked', () => staying.every((client) => client.of('goaway').length === 1));
    expect(staying[0].of('goaway')[0]).toMatchObject({ withinMs: 1_500, reason: 'drain' });
    const late = new BareClient(drained.url);
    clients.push(late);
    await waitFor('the late one to be refused', () => late.refusedWith === 503);
    expect(await Promise.all(staying.map((client) => client.closeCode()))).toEqual([4000, 4000, 4000]);
    await sendCommand.ask([slot ?? 0], { name: 'drain', server }, TIMEOUT_MS);
  });
});
