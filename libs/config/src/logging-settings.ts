import { z } from 'zod';
import { type Setting } from './settings';

/** The levels of the log, from the least to the most that is written. */
const LOG_LEVELS = ['error', 'warn', 'info', 'debug'] as const;

type LogLevel = (typeof LOG_LEVELS)[number];

/** What a process writes to its log. */
export const loggingSettings = {
  logLevel: {
    env: 'LOG_LEVEL',
    schema: logLevel('info'),
    description: 'The least severe level that is written: error, warn, info or debug. No level below debug writes a line per message.',
    shownDefault: 'info',
  },
} satisfies Record<string, Setting>;

/** One of the levels; `fallback` if the variable is not set. */
export function logLevel(fallback: LogLevel): z.ZodType<LogLevel> {
  return z.enum(LOG_LEVELS, { error: `must be one of ${LOG_LEVELS.join(', ')}` }).default(fallback);
}
