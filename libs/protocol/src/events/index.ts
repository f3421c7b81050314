export * from './bus-event';
export * from './command';
export * from './content';
export * from './message-frame';
export * from './message-id';
export * from './reply';
