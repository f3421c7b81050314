export * from './bounds';
export * from './close-codes';
export * from './error-codes';
export * from './frames';
export * from './quoted';
export * from './stream-key';
