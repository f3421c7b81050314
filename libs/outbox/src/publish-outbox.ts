import { systemTimers, type Timers } from '@switchboard/database';
import type { ExpiryReceipts } from './expiry-receipts';
import type { Outbox } from './outbox';
import type { EventPublisher } from './published-event';

/** Between two looks while there is nothing to do; another process may be at it. */
const IDLE_MS = 500;
/** After a failure, the first time and the longest. */
const FIRST_RETRY_MS = 500;
const LAST_RETRY_MS = 10_000;

/** What a round needs, and hears of. */
export interface PublishOutboxParts {
  readonly outbox: Pick<Outbox, 'dropOlderThan' | 'step'>;
  /** Undefined where receipts are not published. */
  readonly expiryReceipts: Pick<ExpiryReceipts, 'step'> | undefined;
  readonly publisher: EventPublisher;
  /** How long an event may wait to be published. */
  readonly longestMs: number;
  readonly observer: {
    published(count: number): void;
    /** Events were given up since they could not be published for too long. */
    dropped(count: number): void;
    failed(error: unknown): void;
  };
  readonly timers?: Timers;
}

/** Publishes what the outbox holds, in every process of an installation: whoever has the lock does it, another takes over when it ends. */
export class PublishOutbox {
  private readonly timers: Timers;
  private round: Promise<void> | undefined;
  private cancelNext: (() => void) | undefined;
  private isStopped = true;
  private failures = 0;

  constructor(private readonly parts: PublishOutboxParts) {
    this.timers = parts.timers ?? systemTimers;
  }

  /** Begins. */
  start(): void {
    if (!this.isStopped) return;
    this.isStopped = false;
    this.scheduleNext(0);
  }

  /** Ends; what is under way is waited for. Never rejects. */
  async stop(): Promise<void> {
    this.isStopped = true;
    this.cancelNext?.();
    await this.parts.publisher.close();
    await this.round;
  }

  private scheduleNext(delayMs: number): void {
    if (this.isStopped) return;
    this.cancelNext = this.timers.after(delayMs, () => {
      this.round = this.runRound().then((nextMs) => {
        this.scheduleNext(nextMs);
      });
    });
  }

  /** @returns when the next one is due */
  private async runRound(): Promise<number> {
    const { outbox, expiryReceipts, publisher, observer } = this.parts;
    try {
      const expired = await expiryReceipts?.step();
      const { published, hasMore } = await outbox.step((events) => publisher.publish(events));
      this.failures = 0;
      if (published > 0) observer.published(published);
      return hasMore || expired?.hasMore === true ? 0 : IDLE_MS;
    } catch (error) {
      if (this.isStopped) return 0;
      observer.failed(error);
      await this.dropWhatIsTooOld();
      this.failures += 1;
      return Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** (this.failures - 1));
    }
  }

  private async dropWhatIsTooOld(): Promise<void> {
    const { outbox, longestMs, observer } = this.parts;
    try {
      const dropped = await outbox.dropOlderThan(longestMs);
      if (dropped > 0) observer.dropped(dropped);
    } catch (error) {
      observer.failed(error);
    }
  }
}
