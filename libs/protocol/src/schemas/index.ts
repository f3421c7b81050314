export * from './client-frames';
export * from './send-body';
