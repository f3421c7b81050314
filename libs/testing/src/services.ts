import { randomBytes } from 'node:crypto';
import { Client } from 'pg';

/** A database that belongs to one test file. */
export interface TestDatabase {
  readonly url: string;
  /** Removes it, closing whatever is still connected. */
  drop(): Promise<void>;
}

/**
 * Creates an empty database with a name of its own on the PostgreSQL of this test run. Drop it in `afterAll` after everything else; call that only when the tests
 * passed if the data should stay for a look at it: the whole server goes with the run when the run started it.
 */
export async function createTestDatabase(): Promise<TestDatabase> {
  const serverUrl = fromSetup('TEST_DATABASE_URL', 'TEST_DATABASE_ERROR');
  const name = `test_${randomBytes(8).toString('hex')}`;
  await execute(serverUrl, `CREATE DATABASE ${name}`);
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return { url: url.href, drop: () => execute(serverUrl, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`) };
}

/** `host:port` of the Kafka brokers of this test run, which all test files share: own your topics. */
export function kafkaBrokers(): string[] {
  return fromSetup('TEST_KAFKA_BROKERS', 'TEST_KAFKA_ERROR').split(',');
}

/* eslint-disable no-restricted-properties -- what the setup of the test run found out reaches its workers through the environment only */
function fromSetup(variable: string, errorVariable: string): string {
  const value = process.env[variable];
  if (value !== undefined && value !== '') return value;
  throw new Error(
    process.env[errorVariable] ??
      `${variable} is not set: only integration and end-to-end tests have services (tools/test/start-services.ts)`,
  );
}
/* eslint-enable no-restricted-properties */

async function execute(url: string, statement: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
