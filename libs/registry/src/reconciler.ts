import { systemTimers, type Timers } from '@switchboard/database';
import { WantedState, type Change, type WishOutcome } from './wanted-state';

/** How a reconciler records changes, and within which bounds. */
export interface ReconcilerOptions<Key, Value> {
  /**
   * Records a batch in which each key comes once. Gives, in its order, undefined for what was recorded and an Error for what never can be.
   * If it rejects, the whole batch is tried again.
   */
  readonly apply: (changes: readonly Change<Key, Value>[]) => Promise<readonly (Error | undefined)[]>;
  readonly maxBatch: number;
  /** The least time from the start of one batch to that of the next; full batches do not wait. */
  readonly lingerMs: number;
  /** Hears why a batch is tried again. */
  readonly onFailure?: (error: unknown) => void;
  readonly timers?: Timers;
  readonly random?: () => number;
}

/** After a batch failed, the next try comes after 50 ms, then after twice as long each time, up to 2 s, less up to half by chance. */
const FIRST_RETRY_MS = 50;
const LAST_RETRY_MS = 2_000;

/** What is not recorded yet was given up since the reconciler was closed. */
export class ReconcilerClosedError extends Error {
  override readonly name = 'ReconcilerClosedError';
}

/**
 * Brings what is recorded elsewhere to what is wanted: batch after batch, one at a time, the last wanted value of each key winning. While
 * batches fail it tries again with backoff, without end: whoever wants no longer wants something else.
 */
export class Reconciler<Key, Value> {
  private readonly wanted = new WantedState<Key, Value>();
  private readonly timers: Timers;
  private readonly random: () => number;
  private failures = 0;
  private retryDelayMs = 0;
  private batchStartedAtMs = -Infinity;
  private isInFlight = false;
  private isClosed = false;
  private isPumpDue = false;
  private cancelWait: (() => void) | undefined;

  constructor(private readonly options: ReconcilerOptions<Key, Value>) {
    this.timers = options.timers ?? systemTimers;
    this.random = options.random ?? Math.random;
  }

  /** How many keys are not settled. */
  get pending(): number {
    return this.wanted.pending;
  }

  /**
   * Wants `value` to be recorded for `key`; resolves once it is, or once a later wish took its place.
   * @throws the Error that `apply` gave for it; ReconcilerClosedError after `close`
   */
  want(key: Key, value: Value): Promise<WishOutcome> {
    if (this.isClosed) return Promise.reject(new ReconcilerClosedError());
    return new Promise((settle, fail) => {
      this.wanted.want(key, value, { settle, fail });
      if (this.isPumpDue) return;
      this.isPumpDue = true;
      // Whatever else is wanted before the running JavaScript returns goes into the same batch.
      queueMicrotask(() => {
        this.isPumpDue = false;
        this.pump();
      });
    });
  }

  /** Gives up whatever is not under way. */
  close(): void {
    this.isClosed = true;
    this.cancelWait?.();
    this.wanted.abandon(new ReconcilerClosedError());
  }

  private pump(): void {
    if (this.isInFlight || this.isClosed || !this.wanted.hasDue) return;
    const delayMs = this.batchStartedAtMs + this.leastIntervalMs() - this.timers.nowMs();
    if (delayMs <= 0) {
      void this.send();
      return;
    }
    if (this.cancelWait !== undefined) return;
    this.cancelWait = this.timers.after(delayMs, () => {
      this.cancelWait = undefined;
      this.pump();
    });
  }

  private leastIntervalMs(): number {
    const { lingerMs, maxBatch } = this.options;
    if (this.failures > 0) return this.retryDelayMs;
    return this.wanted.pending >= maxBatch ? 0 : lingerMs;
  }

  private async send(): Promise<void> {
    this.isInFlight = true;
    this.batchStartedAtMs = this.timers.nowMs();
    const changes = this.wanted.take(this.options.maxBatch);
    try {
      const results = await this.options.apply(changes);
      this.failures = 0;
      changes.forEach(({ key }, index) => {
        const error = results[index];
        if (error === undefined) this.wanted.applied(key);
        else this.wanted.refused(key, error);
      });
    } catch (error) {
      this.backOff();
      this.options.onFailure?.(error);
      for (const { key } of changes) this.wanted.retry(key);
    }
    this.isInFlight = false;
    if (this.isClosed) this.wanted.abandon(new ReconcilerClosedError());
    this.pump();
  }

  private backOff(): void {
    this.retryDelayMs = Math.min(FIRST_RETRY_MS * 2 ** this.failures, LAST_RETRY_MS) * (0.5 + this.random() / 2);
    this.failures += 1;
    this.batchStartedAtMs = this.timers.nowMs();
  }
}
