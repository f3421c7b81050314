export { findBrowser } from './browser';
export { defaultDataFolder } from './data-folder';
export { startKafka, type KafkaOptions, type LocalKafka } from './kafka';
export { LocalServiceError, type LocalService } from './local-service';
export { providePythonEnvironment, type PythonEnvironment } from './python-environment';
export { startPostgres, type LocalPostgres, type PostgresOptions } from './postgres';
export {
  provideDatabase,
  provideKafka,
  provideServices,
  type ProvidedDatabase,
  type ProvidedKafka,
  type ProvidedServices,
} from './services';
// For tools that run programs of their own beside the services: under the same watchdog, they end with their parent too.
export { freePort } from './free-port';
export { KAFKA_VERSION } from './kafka-jars';
export { logTail } from './log-tail';
export { waitUntil } from './wait-until';
export { runUnderWatchdog, type WatchedProcess } from './watchdog';
