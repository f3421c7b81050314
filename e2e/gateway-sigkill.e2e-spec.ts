import { createTestDatabase, kafkaBrokers, type TestDatabase } from '@switchboard/testing';
import { startCluster, type Cluster } from '../tools/cluster';
import { runDemo } from '../tools/demo-cluster/run-demo';

const TIMEOUT_MS = 180_000;

describe('A SIGKILL of a gateway under load', () => {
  let database: TestDatabase;
  let cluster: Cluster;

  beforeAll(async () => {
    database = await createTestDatabase();
    cluster = await startCluster({ gateways: 2, services: { databaseUrl: database.url, kafkaBrokers: kafkaBrokers() } });
  }, TIMEOUT_MS);
  afterAll(async () => {
    await cluster.stop();
    await database.drop();
  });

  it(
    'loses, repeats and reorders nothing at the SDK, and every client comes back',
    async () => {
      const size = { users: 60, messages: 1_500, messagesPerSecond: 200 };
      const { totals, comeback } = await runDemo(cluster, size, () => undefined);
      expect(totals).toEqual({ accepted: size.messages, received: size.messages, refused: 0, lost: 0, repeated: 0, outOfOrder: 0 });
      expect(comeback).toMatchObject({ away: 0 });
      expect(comeback.affected).toBeGreaterThan(0);
    },
    TIMEOUT_MS,
  );
});
