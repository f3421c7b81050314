export * from './bare-client';
export * from './breakable-relay';
export * from './failure-of';
export * from './fake-timers';
export { createTestDatabase, kafkaBrokers, type TestDatabase } from './services';
export * from './wait-for';
