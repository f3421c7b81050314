import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { createTestDatabase, kafkaBrokers, waitFor, type TestDatabase } from '@switchboard/testing';
import { startCluster, type Cluster } from '../tools/cluster';
import { caseGroups, runCases, type ConformanceTarget } from '../tools/conformance';
import { counter } from './read-metrics';
import { Standalone, temporaryDataFolder } from './standalone-process';

const START_TIMEOUT_MS = 120_000;
const RUN_TIMEOUT_MS = 180_000;
const READER_KEY = 'reader-of-the-conformance-suite';
const ADMIN_KEY = 'admin-of-the-conformance-suite';
const JWT_SECRET = 'a secret of the conformance suite, long enough';
const ENV = {
  API_KEYS: `all:${ADMIN_KEY}:send+read+admin,reader:${READER_KEY}:read`,
  JWT_SECRET,
  // Two intervals and the deadline are waited for; the defaults would take most of a minute.
  PING_INTERVAL_MS: '3000',
  HELLO_DEADLINE_MS: '3000',
};

/** What is not as the contract says, a line a case. */
async function faultsOf(target: ConformanceTarget): Promise<readonly string[]> {
  const results = await runCases(target, caseGroups);
  expect(results).toHaveLength(caseGroups.flatMap(({ cases }) => cases).length);
  return results.flatMap(({ group, name, fault }) => (fault === undefined ? [] : [`${group}: ${name}: ${fault}`]));
}

describe('The contract', () => {
  describe('of two gateways and an API on Kafka', () => {
    let database: TestDatabase;
    let cluster: Cluster;

    beforeAll(async () => {
      database = await createTestDatabase();
      cluster = await startCluster({ gateways: 2, services: { databaseUrl: database.url, kafkaBrokers: kafkaBrokers() }, env: ENV });
      await waitFor('the API to have a slot', async () => (await counter(cluster.apiUrl, 'switchboard_lease_held')) === 1, {
        patienceMs: START_TIMEOUT_MS,
      });
    }, START_TIMEOUT_MS);
    afterAll(async () => {
      await cluster.stop();
      await database.drop();
    });

    it(
      'is kept in every case',
      async () => {
        const wsUrls = cluster.gateways.map(({ url }) => url);
        const target = { apiUrl: cluster.apiUrl, wsUrls, apiKey: ADMIN_KEY, readerKey: READER_KEY, jwtSecret: JWT_SECRET };
        expect(await faultsOf(target)).toEqual([]);
      },
      RUN_TIMEOUT_MS,
    );
  });

  describe('of standalone', () => {
    const folder = temporaryDataFolder();
    let standalone: Standalone;

    beforeAll(async () => {
      standalone = new Standalone(join(folder, 'data'), ENV);
      await standalone.address();
    }, START_TIMEOUT_MS);
    afterAll(async () => {
      await standalone.end('SIGTERM');
      rmSync(folder, { recursive: true, force: true });
    });

    it(
      'is kept in every case',
      async () => {
        const apiUrl = await standalone.address();
        const wsUrls = [`${apiUrl.replace(/^http/, 'ws')}/v1/connect`];
        expect(await faultsOf({ apiUrl, wsUrls, apiKey: ADMIN_KEY, readerKey: READER_KEY, jwtSecret: JWT_SECRET })).toEqual([]);
      },
      RUN_TIMEOUT_MS,
    );
  });
});
