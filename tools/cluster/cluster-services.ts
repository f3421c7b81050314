import { startKafka, startPostgres } from '@switchboard/local-services';

/** The PostgreSQL and the Kafka of a cluster. */
export interface ClusterServices {
  readonly databaseUrl: string;
  /** `host:port` each. */
  readonly kafkaBrokers: readonly string[];
}

/** Services that were started for a cluster, or found in the environment. */
export interface RunningServices extends ClusterServices {
  /** The main process; undefined where the environment named one that was running before. */
  readonly postgresPid: number | undefined;
  /** Likewise. */
  readonly kafkaPid: number | undefined;
  /** Stops what was started. */
  stop(): Promise<void>;
}

// Each app may hold 15 connections and a migration 2; the default of 100 would leave little room beside five apps.
const POSTGRES_SETTINGS = { max_connections: '200' };
const KAFKA_HEAP_MB = 256;

/** PostgreSQL and Kafka, each from `DATABASE_URL` and `KAFKA_BROKERS` or else started here. If one cannot be had, the other is stopped and the reason thrown. */
export async function startServices(environment: NodeJS.ProcessEnv): Promise<RunningServices> {
  const [postgres, kafka] = await Promise.allSettled([databaseOf(environment), kafkaOf(environment)]);
  const stop = async (): Promise<void> => {
    await Promise.all(
      [postgres, kafka].map(async (outcome) => {
        if (outcome.status === 'fulfilled') await outcome.value.service?.stop();
      }),
    );
  };
  if (postgres.status === 'fulfilled' && kafka.status === 'fulfilled') {
    return {
      databaseUrl: postgres.value.databaseUrl,
      kafkaBrokers: kafka.value.kafkaBrokers,
      postgresPid: postgres.value.service?.pid,
      kafkaPid: kafka.value.service?.pid,
      stop,
    };
  }
  await stop();
  throw (postgres.status === 'rejected' ? postgres.reason : (kafka as PromiseRejectedResult).reason) as Error;
}

async function databaseOf(environment: NodeJS.ProcessEnv) {
  const databaseUrl = environment['DATABASE_URL'] ?? '';
  if (databaseUrl !== '') return { databaseUrl, service: undefined };
  const service = await startPostgres({ settings: POSTGRES_SETTINGS });
  return { databaseUrl: service.url, service };
}

async function kafkaOf(environment: NodeJS.ProcessEnv) {
  const kafkaBrokers = (environment['KAFKA_BROKERS'] ?? '').split(',').filter((broker) => broker !== '');
  if (kafkaBrokers.length > 0) return { kafkaBrokers, service: undefined };
  const service = await startKafka({ heapMb: KAFKA_HEAP_MB });
  return { kafkaBrokers: [service.broker], service };
}
