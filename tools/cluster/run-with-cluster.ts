import { LocalServiceError } from '@switchboard/local-services';
import { startCluster, type Cluster, type ClusterOptions } from './cluster';

const EXIT_CODES = { SIGINT: 128 + 2, SIGTERM: 128 + 15 } as const;

/**
 * The whole life of a command that needs a cluster: starts it, runs `use`, stops it, and sets the exit status: 0 if `use` resolves to true, else 1, and the logs are kept then.
 * On SIGINT and SIGTERM it stops everything and ends the process; a second one does not wait for that, and the watchdogs clean up behind us.
 */
export async function runWithCluster(options: ClusterOptions, use: (cluster: Cluster) => Promise<boolean>): Promise<void> {
  // Services and apps do not keep the process alive.
  const keepAlive = setInterval(() => undefined, 1_000_000);
  const interruption = new Interruption();
  try {
    console.log(`Starting PostgreSQL, Kafka, ${String(options.gateways)} gateways and an API …`);
    const startedAtMs = performance.now();
    const cluster = await startCluster(options);
    interruption.cluster = cluster;
    console.log(`Ready after ${((performance.now() - startedAtMs) / 1_000).toFixed(1)} s.`);
    const isFine = await use(cluster).catch((error: unknown) => {
      interruption.report(error);
      return false;
    });
    if (interruption.isStopping) return;
    if (!isFine) console.error(`The logs are kept in ${cluster.logFolder}`);
    await cluster.stop({ keepLogs: !isFine });
    process.exitCode = isFine ? 0 : 1;
  } catch (error) {
    interruption.report(error);
    process.exitCode = 1;
  } finally {
    clearInterval(keepAlive);
  }
}

/** What happens on Ctrl-C. */
class Interruption {
  cluster: Cluster | undefined;
  isStopping = false;

  constructor() {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => void this.stop(signal));
  }

  /** Prints an error, unless it is only that everything is being stopped. */
  report(error: unknown): void {
    if (!this.isStopping) console.error(error instanceof LocalServiceError ? error.message : error);
  }

  private async stop(signal: keyof typeof EXIT_CODES): Promise<void> {
    const isFirst = !this.isStopping;
    this.isStopping = true;
    if (isFirst && this.cluster !== undefined) {
      console.error('\nStopping …');
      await this.cluster.stop();
    }
    process.exit(EXIT_CODES[signal]);
  }
}
