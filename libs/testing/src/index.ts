export * from './bare-client';
export { createTestDatabase, kafkaBrokers, type TestDatabase } from './services';
export * from './wait-for';
