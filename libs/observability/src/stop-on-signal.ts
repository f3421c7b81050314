import { type EventEmitter } from 'node:events';
import { type LoggerService } from '@nestjs/common';

const SIGNALS = ['SIGTERM', 'SIGINT'] as const;
/** What shells say of a process that a signal ended: 128 and its number. */
const EXIT_CODES = { SIGTERM: 128 + 15, SIGINT: 128 + 2 } as const;

/** What `stopOnSignal` needs. */
export interface StopOptions {
  /** Brings the application down; what it promises is kept once this resolves. */
  readonly stop: () => Promise<void>;
  readonly logger: Pick<LoggerService, 'log' | 'error'>;
  /** Ends the process. */
  readonly exit?: (code: number) => void;
  /** Tells of the signals; the process by default. */
  readonly signals?: Pick<EventEmitter, 'on'>;
}

/**
 * Stops on SIGTERM and SIGINT, then ends the process: with 0, or with 1 if stopping failed. A second signal ends it at once, for whoever does
 * not want to wait.
 */
export function stopOnSignal({ stop, logger, exit = (code) => process.exit(code), signals = process }: StopOptions): void {
  let isStopping = false;
  for (const signal of SIGNALS) {
    signals.on(signal, () => {
      if (isStopping) {
        exit(EXIT_CODES[signal]);
        return;
      }
      isStopping = true;
      logger.log(`Stopping on ${signal}.`);
      stop().then(
        () => {
          exit(0);
        },
        (error: unknown) => {
          logger.error('Stopping failed.', error);
          exit(1);
        },
      );
    });
  }
}
