export * from './client-frames';
export * from './read-send-body';
export * from './send-body';
export * from './split-body';
