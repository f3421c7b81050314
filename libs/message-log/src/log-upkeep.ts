import { systemTimers, type Timers } from '@switchboard/database';
import type { MessageLog } from './message-log';
import type { MessagePartitions } from './message-partitions';

/** Where the upkeep tells what it did; Nest's Logger is one. */
export interface UpkeepLog {
  log(message: string): void;
  warn(message: string): void;
}

/** When the upkeep runs. */
export interface LogUpkeepOptions {
  /** From the end of a round to the next, give or take a tenth, so that processes do not meet. */
  readonly intervalMs: number;
  readonly log: UpkeepLog;
  readonly timers?: Timers;
}

/** After a round that failed or left something to do, unless the interval is shorter. */
const RETRY_MS = 60_000;

/** What is kept in order. */
export interface KeptInOrder {
  readonly partitions: Pick<MessagePartitions, 'ensure' | 'dropExpired'>;
  readonly log: Pick<MessageLog, 'forgetDevices' | 'forgetKeys'>;
}

/**
 * Keeps partitions of messages, idempotency keys and devices in order while the process runs: a round at once, then one per interval. Never
 * throws.
 */
export class LogUpkeep {
  private round: Promise<void> | undefined;
  private cancelNext: (() => void) | undefined;
  private isStopped = true;

  constructor(
    private readonly kept: KeptInOrder,
    private readonly options: LogUpkeepOptions,
  ) {}

  /** Begins the first round. */
  start(): void {
    if (!this.isStopped) return;
    this.isStopped = false;
    this.runRound();
  }

  /** Resolves once a round under way has ended; none follows. */
  async stop(): Promise<void> {
    this.isStopped = true;
    this.cancelNext?.();
    await this.round;
  }

  private runRound(): void {
    this.round = this.keepUp().then((isDone) => {
      if (this.isStopped) return;
      const { intervalMs, timers = systemTimers } = this.options;
      const delayMs = isDone ? intervalMs : Math.min(intervalMs, RETRY_MS);
      this.cancelNext = timers.after(delayMs * (0.9 + 0.2 * Math.random()), () => {
        this.runRound();
      });
    });
  }

  /** Whether nothing is left to do. */
  private async keepUp(): Promise<boolean> {
    const { log } = this.options;
    try {
      const { partitions } = this.kept;
      const made = await partitions.ensure();
      if (made.length > 0) log.log(`made the partitions ${made.join(', ')}`);
      const { dropped, postponed } = await partitions.dropExpired();
      if (dropped.length > 0) log.log(`dropped the expired partitions ${dropped.join(', ')}`);
      if (postponed.length > 0) log.log(`will drop later: ${postponed.join(', ')}`);
      const forgotten = await this.kept.log.forgetKeys();
      if (forgotten > 0) log.log(`forgot ${String(forgotten)} idempotency keys of more than a day ago`);
      const idle = await this.kept.log.forgetDevices();
      if (idle > 0) log.log(`forgot ${String(idle)} devices that were not seen for long`);
      return postponed.length === 0;
    } catch (error) {
      log.warn(`the upkeep of the log failed and is tried again: ${error instanceof Error ? error.message : String(error)}`);
      return false;
    }
  }
}
