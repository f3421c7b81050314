export * from './check-send-options';
export * from './client-frames';
export * from './close-body';
export * from './names';
export * from './read-body';
export * from './read-send-body';
export * from './send-body';
export * from './split-body';
