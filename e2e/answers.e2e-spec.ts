import { BareClient, createTestDatabase, kafkaBrokers, waitFor, type TestDatabase } from '@switchboard/testing';
import { percentile, startCluster, type Cluster } from '../tools/cluster';
import { counter } from './read-metrics';

const START_TIMEOUT_MS = 120_000;
const ROUNDS = 200;

interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

describe('What servers answer to the API', () => {
  let database: TestDatabase;
  let cluster: Cluster;
  const clients: BareClient[] = [];

  const connect = async (gateway: number, user: string, fields?: object): Promise<BareClient> => {
    const client = new BareClient(cluster.gateways[gateway]?.url ?? '');
    clients.push(client);
    await client.hello(cluster.signToken(user), fields);
    return client;
  };
  const call = async (method: string, path: string, body?: object): Promise<Answer> => {
    const headers = {
      authorization: `Bearer ${cluster.apiKey}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    };
    const response = await fetch(`${cluster.apiUrl}${path}`, { method, headers, ...(body && { body: JSON.stringify(body) }) });
    const text = await response.text();
    return { status: response.status, body: (text === '' ? {} : JSON.parse(text)) as Record<string, unknown> };
  };

  const acknowledgeAtOnce = (client: BareClient, user: string): void => {
    client.socket.on('message', (bytes: Buffer) => {
      const frame = JSON.parse(bytes.toString()) as { type: string; seq?: number };
      if (frame.type === 'message' && frame.seq !== undefined) client.send({ type: 'ack', streams: { [`user:${user}`]: frame.seq } });
    });
  };

  beforeAll(async () => {
    database = await createTestDatabase();
    cluster = await startCluster({ gateways: 2, services: { databaseUrl: database.url, kafkaBrokers: kafkaBrokers() } });
    await waitFor('the API to have a slot', async () => (await counter(cluster.apiUrl, 'switchboard_lease_held')) === 1, {
      patienceMs: START_TIMEOUT_MS,
    });
  }, START_TIMEOUT_MS);
  afterEach(() => {
    for (const client of clients.splice(0)) client.end();
  });
  afterAll(async () => {
    await cluster.stop();
    await database.drop();
  });

  it('tell who waits that a message was written, and on which device', async () => {
    await connect(1, 'waited', { device: 'phone' });
    const { status, body } = await call('POST', '/v1/users/waited/messages?wait=written', { data: 1 });
    expect([status, body['seq'], body['outcome'], body['device']]).toEqual([200, 1, 'written', 'phone']);
  });

  it('are not waited for where nobody is connected', async () => {
    const startedAtMs = performance.now();
    const { status, body } = await call('POST', '/v1/users/away/messages?wait=written&timeoutMs=30000', { data: 1 });
    expect([status, body['outcome']]).toEqual([200, 'offline']);
    expect(performance.now() - startedAtMs).toBeLessThan(5_000);
  });

  it('say again at once what was written before, to a repeat under an idempotency key', async () => {
    await connect(0, 'repeated');
    const send = () => call('POST', '/v1/users/repeated/messages?wait=written', { data: 1, idempotencyKey: 'k' });
    const [first, second] = [await send(), await send()];
    expect([first.body['outcome'], second.body['outcome'], second.body['id']]).toEqual(['written', 'written', first.body['id']]);
  });

  it('tell who waits that a message was acknowledged, and not before', async () => {
    const client = await connect(0, 'acking', { device: 'laptop' });
    const send = (timeoutMs: number) => call('POST', `/v1/users/acking/messages?wait=acked&timeoutMs=${String(timeoutMs)}`, { data: 1 });
    expect((await send(300)).body).toMatchObject({ seq: 1, outcome: 'pending' });
    acknowledgeAtOnce(client, 'acking');
    const { status, body } = await send(5_000);
    expect([status, body['outcome'], body['device']]).toEqual([200, 'acked', 'laptop']);
  });

  it.each(['written', 'acked'])('cost a send that waits until it is %s little', async (until) => {
    acknowledgeAtOnce(await connect(0, 'timed'), 'timed');
    const timeOf = async (query: string): Promise<number> => {
      const startedAtMs = performance.now();
      await call('POST', `/v1/users/timed/messages${query}`, { data: 1 });
      return performance.now() - startedAtMs;
    };
    const [plain, waiting]: [number[], number[]] = [[], []];
    for (let round = 0; round < ROUNDS; round += 1) {
      plain.push(await timeOf(''));
      waiting.push(await timeOf(`?wait=${until}`));
    }
    const extraMs = percentile(waiting, 0.5) - percentile(plain, 0.5);
    // Some 5 ms where the machine is idle, and 10 at most is the aim; but machines that test are shared.
    expect(extraMs).toBeLessThan(30);
  });

  it('confirm that a connection was closed', async () => {
    const client = await connect(1, 'closed');
    const [ready] = client.of('ready');
    const path = `/v1/connections/${ready?.connection ?? ''}`;
    expect((await call('GET', path)).body).toMatchObject({ user: 'closed', server: ready?.server });
    expect((await call('DELETE', path)).status).toBe(204);
    expect(await client.closeCode()).toBe(4503);
    await waitFor('it to be forgotten', async () => (await call('DELETE', path)).status === 404);
  });

  it('confirm that all connections of a user are closed, on all servers', async () => {
    const both = [await connect(0, 'everywhere'), await connect(1, 'everywhere')];
    expect((await call('POST', '/v1/connections/close', { user: 'everywhere', dryRun: true })).body).toMatchObject({ connections: 2 });
    const { status, body } = await call('POST', '/v1/connections/close', { user: 'everywhere' });
    expect([status, body['connections'], body['unanswered']]).toEqual([202, 2, []]);
    expect(await Promise.all(both.map((client) => client.closeCode()))).toEqual([4503, 4503]);
  });

  it('come from servers that GET /v1/servers shows', async () => {
    const servers = (await call('GET', '/v1/servers')).body as unknown as { role: string; state: string }[];
    expect(servers.map(({ role, state }) => `${role} ${state}`).sort()).toEqual(['api alive', 'gateway alive', 'gateway alive']);
  });
});
