/** How much longer than the server's own timeout an answer is waited for, so that this one decides only when nothing answers at all. */
export const READ_MARGIN_MS = 1_000;

/** Options of pg that find out about a peer which is gone while a connection is idle. */
export const KEEP_ALIVE = { keepAlive: true, keepAliveInitialDelayMillis: 10_000 } as const;
