export { findBrowser } from './browser';
export { defaultDataFolder } from './data-folder';
export { startKafka, type KafkaOptions, type LocalKafka } from './kafka';
export { LocalServiceError, type LocalService } from './local-service';
export { startPostgres, type LocalPostgres, type PostgresOptions } from './postgres';
export {
  provideDatabase,
  provideKafka,
  provideServices,
  type ProvidedDatabase,
  type ProvidedKafka,
  type ProvidedServices,
} from './services';
