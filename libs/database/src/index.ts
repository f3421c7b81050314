export * from './batcher';
export * from './binary-array';
export * from './data-source';
export * from './hot-pool';
export * from './hot-query-error';
export * from './hot-statement';
export * from './run-migrations';
export * from './timers';
