export * from './admin-server';
export * from './create-logger';
export * from './health.controller';
export * from './metrics';
export * from './observability.module';
export * from './readiness';
export * from './stop-on-signal';
export * from './close-app';
