import { Kafka, logLevel, type Consumer } from 'kafkajs';
import { BareClient, createTestDatabase, kafkaBrokers, waitFor, type TestDatabase } from '@switchboard/testing';
import { startCluster, type Cluster } from '../tools/cluster';

const TIMEOUT_MS = 120_000;
const PATIENCE_MS = 60_000;

interface PublishedEvent {
  readonly type: string;
  readonly user: string;
  readonly [field: string]: unknown;
}

describe('Other services', () => {
  const run = `events-${String(process.pid)}-${String(Date.now())}`;
  let database: TestDatabase;
  let cluster: Cluster;
  let consumer: Consumer;
  const events: PublishedEvent[] = [];

  const of = (user: string, type: string): PublishedEvent[] => events.filter((event) => event.user === user && event.type === type);

  beforeAll(async () => {
    database = await createTestDatabase();
    cluster = await startCluster({
      gateways: 2,
      services: { databaseUrl: database.url, kafkaBrokers: kafkaBrokers() },
      env: { LEASE_MS: '3000', REGISTRY_CLEAN_INTERVAL_MS: '1000' },
    });
    const kafka = new Kafka({ brokers: kafkaBrokers(), logLevel: logLevel.NOTHING });
    const admin = kafka.admin();
    await admin.connect();
    await admin.createTopics({
      topics: ['switchboard.lifecycle', 'switchboard.receipts'].map((topic) => ({ topic, numPartitions: 3 })),
      waitForLeaders: true,
    });
    await admin.disconnect();
    consumer = kafka.consumer({ groupId: run });
    await consumer.connect();
    await consumer.subscribe({ topics: ['switchboard.lifecycle', 'switchboard.receipts'], fromBeginning: true });
    await consumer.run({
      eachMessage: ({ message }) => {
        events.push(JSON.parse(message.value?.toString() ?? '') as PublishedEvent);
        return Promise.resolve();
      },
    });
  }, TIMEOUT_MS);
  afterAll(async () => {
    await consumer.disconnect();
    await cluster.stop();
    await database.drop();
  });

  async function connect(user: string, gateway = 0): Promise<BareClient> {
    const client = new BareClient(cluster.gateways[gateway]?.url ?? '');
    await client.hello(cluster.signToken(user), { device: 'phone' });
    return client;
  }

  async function send(user: string, body: object): Promise<{ id: string }> {
    const response = await fetch(`${cluster.apiUrl}/v1/users/${user}/messages`, {
      method: 'POST',
      headers: { authorization: `Bearer ${cluster.apiKey}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return (await response.json()) as { id: string };
  }

  it(
    'are told when a user comes and goes, and what was acknowledged',
    async () => {
      const user = `${run}-acks`;
      const client = await connect(user);
      const { id } = await send(user, { data: 1 });
      await client.messages(1);
      client.send({ type: 'ack', streams: { [`user:${user}`]: 1 } });
      await waitFor('the receipt', () => of(user, 'acknowledged')[0], { patienceMs: PATIENCE_MS });
      client.socket.close(1000);
      await waitFor('the end', () => of(user, 'disconnected')[0], { patienceMs: PATIENCE_MS });
      expect(of(user, 'acknowledged')).toEqual([expect.objectContaining({ id, seq: 1, stream: `user:${user}`, device: 'phone' })]);
      expect(of(user, 'connected')).toHaveLength(1);
      expect(of(user, 'disconnected')).toEqual([expect.objectContaining({ code: 1000, reason: 'left', device: 'phone' })]);
    },
    TIMEOUT_MS,
  );

  it(
    'are told what nobody acknowledged in time, and only that',
    async () => {
      const user = `${run}-expiry`;
      const { id } = await send(user, { data: 1, ttlSeconds: 1 });
      await send(user, { data: 2, ttlSeconds: 3_600 });
      await waitFor('the receipt', () => of(user, 'expired')[0], { patienceMs: PATIENCE_MS });
      expect(of(user, 'expired')).toEqual([expect.objectContaining({ id, seq: 1 })]);
    },
    TIMEOUT_MS,
  );

  it(
    'are told once of each connection of a server that was killed',
    async () => {
      const names = ['a', 'b', 'c'].map((name) => `${run}-killed-${name}`);
      await Promise.all(names.map((user) => connect(user, 1)));
      cluster.gateways[1]?.kill('SIGKILL');
      await waitFor('all to be told', () => names.every((user) => of(user, 'disconnected').length > 0) || undefined, {
        patienceMs: PATIENCE_MS,
      });
      for (const user of names) expect(of(user, 'disconnected')).toEqual([expect.objectContaining({ reason: 'server lost' })]);
    },
    TIMEOUT_MS,
  );
});
