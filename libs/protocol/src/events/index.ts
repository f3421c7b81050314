export * from './content';
export * from './deliver-event';
export * from './message-frame';
export * from './message-id';
