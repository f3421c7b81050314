// The test runner does not apply its own module aliases here.
import { LocalServiceError, provideDatabase, provideKafka } from '../../libs/local-services/src';
import { runningServices } from './running-services';

/**
 * Starts PostgreSQL and Kafka for the tests, once for all test projects of a run, and names them in the environment of the workers.
 *
 * A service that cannot be had must not take along the tests that do without it: its reason goes into the environment instead, and whoever asks for it fails with that.
 */
// eslint-disable-next-line import-x/no-default-export -- the test runner calls the default export
export default async function startServices(): Promise<void> {
  if (runningServices.length > 0) return;
  await Promise.all([
    provide('TEST_DATABASE', async () => {
      const database = await provideDatabase(process.env);
      runningServices.push(database);
      process.env['TEST_DATABASE_URL'] = database.databaseUrl;
    }),
    provide('TEST_KAFKA', async () => {
      const kafka = await provideKafka(process.env);
      runningServices.push(kafka);
      process.env['TEST_KAFKA_BROKERS'] = kafka.kafkaBrokers.join(',');
    }),
  ]);
}

async function provide(name: string, start: () => Promise<void>): Promise<void> {
  try {
    await start();
  } catch (error) {
    process.env[`${name}_ERROR`] = error instanceof LocalServiceError ? error.message : String((error as Error).stack);
  }
}
