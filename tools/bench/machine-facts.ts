import { availableParallelism, cpus, release, totalmem } from 'node:os';
import { Client } from 'pg';
import { type Cluster } from '../cluster';
import { KAFKA_VERSION } from '@switchboard/local-services';

/** What the figures of a benchmark depend on besides the code. */
export interface MachineFacts {
  readonly cores: number;
  readonly processor: string;
  readonly memoryBytes: number;
  readonly system: string;
  readonly node: string;
  readonly postgres: string;
  /** `unknown` of one that we did not start. */
  readonly kafka: string;
}

/** Looks at this machine and asks the cluster's database. */
export async function machineFacts({ databaseUrl, servicePids }: Cluster): Promise<MachineFacts> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const { rows } = await client.query<{ server_version: string }>('SHOW server_version');
    return {
      cores: availableParallelism(),
      processor: cpus()[0]?.model ?? 'unknown',
      memoryBytes: totalmem(),
      system: `${process.platform} ${release()} ${process.arch}`,
      node: process.version,
      postgres: rows[0]?.server_version ?? 'unknown',
      kafka: servicePids.kafka === undefined ? 'unknown' : KAFKA_VERSION,
    };
  } finally {
    await client.end();
  }
}
