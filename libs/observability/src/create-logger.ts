import { ConsoleLogger, type LogLevel } from '@nestjs/common';

/** What is written at each level, from the least to the most. */
const WRITTEN_AT = {
  error: ['fatal', 'error'],
  warn: ['fatal', 'error', 'warn'],
  info: ['fatal', 'error', 'warn', 'log'],
  debug: ['fatal', 'error', 'warn', 'log', 'debug', 'verbose'],
} as const satisfies Record<string, readonly LogLevel[]>;

/** How a process logs. */
export interface LoggerOptions {
  readonly logLevel: keyof typeof WRITTEN_AT;
  /** Lines for people instead of JSON objects; by default where stdout is a terminal. */
  readonly isForPeople?: boolean;
}

/**
 * The logger of a process: one JSON object a line, or lines for people on a terminal. A plain object behind the message becomes fields of
 * the line; an Error behind it, its `error`.
 */
export function createLogger({ logLevel, isForPeople = process.stdout.isTTY }: LoggerOptions): ConsoleLogger {
  return new ConsoleLogger({ logLevels: [...WRITTEN_AT[logLevel]], json: !isForPeople, flattenParams: true });
}
