import { once } from 'node:events';
import { LocalServiceError, provideServices } from '@switchboard/local-services';

/**
 * `npm run services`: PostgreSQL and Kafka for development, until Ctrl-C. Standard output is two lines to paste into a shell; everything else goes to standard error.
 * The data is temporary: it is removed at the end. What DATABASE_URL or KAFKA_BROKERS names already is used as it is.
 */
async function main(): Promise<void> {
  console.error('Starting PostgreSQL and Kafka; the first time fetches Kafka, about 45 MB …');
  const startedAtMs = performance.now();
  const services = await provideServices(process.env);
  console.error(
    `Ready after ${((performance.now() - startedAtMs) / 1_000).toFixed(1)} s. Paste this into the shell that starts the servers:\n`,
  );
  console.log(`export DATABASE_URL='${services.databaseUrl}'`);
  console.log(`export KAFKA_BROKERS='${services.kafkaBrokers.join(',')}'`);
  console.error('\nCtrl-C stops both and removes their data.');

  // Services do not keep the process alive, nor does waiting for a signal.
  const keepAlive = setInterval(() => undefined, 1_000_000);
  await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
  clearInterval(keepAlive);
  console.error('Stopping …');
  await services.stop();
}

main().catch((error: unknown) => {
  console.error(error instanceof LocalServiceError ? error.message : error);
  process.exitCode = 1;
});
