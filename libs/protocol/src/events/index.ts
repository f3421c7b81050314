export * from './content';
export * from './stream-event';
export * from './message-frame';
export * from './message-id';
