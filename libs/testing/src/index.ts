export { createTestDatabase, kafkaBrokers, type TestDatabase } from './services';
