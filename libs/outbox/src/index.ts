export * from './expiry-receipts';
export * from './outbox';
export * from './outbox.module';
export * from './publish-outbox';
export * from './published-event';
