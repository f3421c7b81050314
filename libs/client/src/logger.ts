/** Where the SDK says what it does; `console` fits. Never told: tokens, and the data of messages. */
export interface Logger {
  debug(message: string, details?: object): void;
  info(message: string, details?: object): void;
  warn(message: string, details?: object): void;
  error(message: string, details?: object): void;
}

/** Says something at a level. Never throws. */
export type Log = (level: keyof Logger, message: string, details?: object) => void;

/** Logs to the levels that `logger` has. */
export function logTo(logger: Partial<Logger> | undefined): Log {
  return (level, message, details) => {
    try {
      logger?.[level]?.(`switchboard: ${message}`, ...(details ? [details] : []));
    } catch {
      // A logger that fails must not cost a message.
    }
  };
}
