import { KeyedQueue } from './keyed-queue';
import { systemTimers, type Timers } from './timers';

/** From this many items on, the fixed cost of a statement (about 0.5 ms of CPU, both sides) is less than that of its items. */
const WORTH_A_STATEMENT = 32;

/** What a batcher does and within which bounds. */
export interface BatcherOptions<Item, Result> {
  /** Handles a batch, and gives one result or error per item, in their order. If it rejects, each item of the batch does. */
  readonly run: (items: readonly Item[]) => Promise<readonly (Result | Error)[]>;
  /** The most items of one batch. */
  readonly maxBatch: number;
  /** The most batches in flight. With 1, items are handled in the order in which they were added. */
  readonly concurrency: number;
  /** The most items that may wait for a batch; further ones are refused. */
  readonly maxQueued: number;
  /** How long items collect under traffic, at most; 0: not at all. */
  readonly lingerMs: number;
  /** Items with the same key are handled in the order in which they were added, and never in two batches in flight. */
  readonly keyOf?: (item: Item) => string;
  readonly timers?: Timers;
}

/** The queue of a batcher holds as many items as it may. Nothing was done; trying again later can help. */
export class BatcherFullError extends Error {
  override readonly name = 'BatcherFullError';

  constructor(readonly maxQueued: number) {
    super(`the queue is full: ${String(maxQueued)} items wait`);
  }
}

interface Waiting<Item, Result> {
  readonly item: Item;
  readonly addedAtMs: number;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Gathers single items into batches; does no I/O itself.
 *
 * A batcher is *quiet* or *under traffic*:
 * - quiet: no batch is in flight, and none that was part of a crowd ended within `lingerMs`. An item is sent at once, with whatever else
 *   is added before the running JavaScript returns; so a lone caller, or one that awaits each item before the next, never waits.
 * - under traffic: a batch is in flight, or ended less than `lingerMs` ago and either had more than one item or saw another item come
 *   while it was under way. Items collect until a batch is full, 32 of them wait, or the oldest has waited `lingerMs`; then they are
 *   sent as soon as fewer than `concurrency` batches are in flight.
 */
export class Batcher<Item, Result> {
  private readonly queue: KeyedQueue<Waiting<Item, Result>>;
  private readonly timers: Timers;
  private readonly idleWaiters: (() => void)[] = [];
  private inFlight = 0;
  private trafficUntilMs = -Infinity;
  private itemsSeen = 0;
  private isPumpDue = false;
  private cancelLinger: (() => void) | undefined;

  constructor(private readonly options: BatcherOptions<Item, Result>) {
    const { keyOf } = options;
    this.queue = new KeyedQueue(({ item }) => keyOf?.(item));
    this.timers = options.timers ?? systemTimers;
  }

  /** How many items wait for a batch, without those in flight. */
  get queued(): number {
    return this.queue.size;
  }

  /**
   * Resolves with the item's own result.
   * @throws BatcherFullError if `maxQueued` items wait already; else what `run` threw, or the error it gave for this item
   */
  add(item: Item): Promise<Result> {
    if (this.queue.size >= this.options.maxQueued) return Promise.reject(new BatcherFullError(this.options.maxQueued));
    return new Promise((resolve, reject) => {
      this.itemsSeen += 1;
      this.queue.push({ item, addedAtMs: this.timers.nowMs(), resolve, reject });
      this.pumpSoon();
    });
  }

  /** Resolves once nothing waits and nothing is in flight. */
  idle(): Promise<void> {
    if (this.queue.size === 0 && this.inFlight === 0) return Promise.resolve();
    return new Promise((resolve) => this.idleWaiters.push(resolve));
  }

  private pumpSoon(): void {
    if (this.isPumpDue) return;
    this.isPumpDue = true;
    queueMicrotask(() => {
      this.isPumpDue = false;
      this.pump();
    });
  }

  private pump(): void {
    this.cancelLinger?.();
    this.cancelLinger = undefined;
    while (this.inFlight < this.options.concurrency) {
      const oldest = this.queue.oldestReady;
      if (oldest === undefined) return;
      const lingerMs = this.remainingLingerMs(oldest.addedAtMs);
      if (lingerMs > 0) {
        this.cancelLinger = this.timers.after(lingerMs, () => {
          this.pump();
        });
        return;
      }
      const batch = this.queue.take(this.options.maxBatch);
      if (batch.length > 0) void this.send(batch);
    }
  }

  private remainingLingerMs(addedAtMs: number): number {
    const { lingerMs, maxBatch } = this.options;
    const nowMs = this.timers.nowMs();
    const isUnderTraffic = this.inFlight > 0 || nowMs < this.trafficUntilMs;
    if (!isUnderTraffic || this.queue.readyCount >= Math.min(maxBatch, WORTH_A_STATEMENT)) return 0;
    return addedAtMs + lingerMs - nowMs;
  }

  private async send(batch: readonly Waiting<Item, Result>[]): Promise<void> {
    this.inFlight += 1;
    const seenBefore = this.itemsSeen;
    try {
      settle(batch, await this.options.run(batch.map(({ item }) => item)));
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
    this.inFlight -= 1;
    if (batch.length > 1 || this.itemsSeen > seenBefore) this.trafficUntilMs = this.timers.nowMs() + this.options.lingerMs;
    this.queue.release(batch);
    this.pump();
    if (this.queue.size === 0 && this.inFlight === 0) for (const resolve of this.idleWaiters.splice(0)) resolve();
  }
}

function settle<Item, Result>(batch: readonly Waiting<Item, Result>[], results: readonly (Result | Error)[]): void {
  if (results.length !== batch.length) throw new Error(`${String(batch.length)} items, but ${String(results.length)} results`);
  batch.forEach(({ resolve, reject }, index) => {
    const result = results[index];
    if (result instanceof Error) reject(result);
    else resolve(result as Result);
  });
}
