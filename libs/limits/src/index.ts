export * from './spread';
export * from './token-bucket';
