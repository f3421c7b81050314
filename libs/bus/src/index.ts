export * from './bus-context';
export * from './bus-error';
export * from './bus-transport';
export * from './deliver-pattern';
export * from './event-bus';
export * from './in-process-event-bus';
export * from './in-process-network';
export * from './settles-within';
