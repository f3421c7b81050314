export * from './accept-message';
export * from './await-replies';
export * from './hash-of-message';
export * from './local-delivery';
export * from './route-event';
export * from './routing.module';
export * from './send-command';
export * from './send-reply';
