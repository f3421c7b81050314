import { startKafka } from './kafka';
import { startPostgres } from './postgres';

/** A PostgreSQL to use, wherever it runs. */
export interface ProvidedDatabase {
  readonly databaseUrl: string;
  /** Stops what was started for it; does nothing to one that was running before. */
  stop(): Promise<void>;
}

/** A Kafka to use, wherever it runs. */
export interface ProvidedKafka {
  /** `host:port` each. */
  readonly kafkaBrokers: readonly string[];
  /** Stops what was started for it; does nothing to one that was running before. */
  stop(): Promise<void>;
}

/** Both. */
export type ProvidedServices = ProvidedDatabase & ProvidedKafka;

const nothingToStop = (): Promise<void> => Promise.resolve();

/** The PostgreSQL of `DATABASE_URL`; without it, one that is started here with a temporary folder. */
export async function provideDatabase(environment: NodeJS.ProcessEnv): Promise<ProvidedDatabase> {
  const databaseUrl = environment['DATABASE_URL'];
  if (databaseUrl !== undefined && databaseUrl !== '') return { databaseUrl, stop: nothingToStop };
  const postgres = await startPostgres();
  return { databaseUrl: postgres.url, stop: () => postgres.stop() };
}

/** The Kafka of `KAFKA_BROKERS`; without it, one that is started here with a temporary folder. */
export async function provideKafka(environment: NodeJS.ProcessEnv): Promise<ProvidedKafka> {
  const kafkaBrokers = (environment['KAFKA_BROKERS'] ?? '')
    .split(',')
    .map((broker) => broker.trim())
    .filter((broker) => broker !== '');
  if (kafkaBrokers.length > 0) return { kafkaBrokers, stop: nothingToStop };
  const kafka = await startKafka();
  return { kafkaBrokers: [kafka.broker], stop: () => kafka.stop() };
}

/** PostgreSQL and Kafka, each from the environment or else started here, at the same time. If one cannot be had, the other is stopped and the reason thrown. */
export async function provideServices(environment: NodeJS.ProcessEnv): Promise<ProvidedServices> {
  const [database, kafka] = await Promise.allSettled([provideDatabase(environment), provideKafka(environment)]);
  const stop = async (): Promise<void> => {
    await Promise.all(
      [database, kafka].map(async (outcome) => {
        if (outcome.status === 'fulfilled') await outcome.value.stop();
      }),
    );
  };
  if (database.status === 'fulfilled' && kafka.status === 'fulfilled') {
    return { databaseUrl: database.value.databaseUrl, kafkaBrokers: kafka.value.kafkaBrokers, stop };
  }
  await stop();
  throw (database.status === 'rejected' ? database.reason : (kafka as PromiseRejectedResult).reason) as Error;
}
