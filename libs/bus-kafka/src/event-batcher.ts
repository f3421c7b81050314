import { BusError, EVENT_OVERHEAD_BYTES, type BusErrorCode } from '@switchboard/bus';

/** An event on its way to a slot. */
export interface SlotEvent {
  readonly slot: number;
  readonly bytes: Buffer;
}

/** How events are collected; times in milliseconds, sizes in bytes. */
export interface EventBatcherOptions {
  /** Least time between the starts of two batches of a lane. */
  readonly lingerMs: number;
  /** Most bytes of a batch; a larger event is refused. */
  readonly maxBatchBytes: number;
  /** Most events of a batch. */
  readonly maxBatchEvents: number;
  readonly maxQueuedBytes: number;
  /** How long an event may take in all. */
  readonly deadlineMs: number;
  /** The lane of a slot: what has one batch in flight at a time. It may change at any time. */
  laneOf(slot: number): number;
  /**
   * Sends a batch, if need be several times until `untilMs` (of performance.now()). Resolves to the slots that took theirs, the others do
   * not exist; rejects if it gave up.
   */
  send(batch: readonly SlotEvent[], untilMs: number): Promise<ReadonlySet<number>>;
}

interface Waiting extends SlotEvent {
  readonly expiresAtMs: number;
  readonly resolve: () => void;
  readonly reject: (error: BusError) => void;
}

/**
 * Collects events into batches and bounds what waits.
 *
 * - A lane that is idle sends what this turn of the event loop brings; under traffic it collects while a batch is in flight, and for
 *   `lingerMs` from the start of the last one.
 * - Events of one slot keep their order: none is sent while an earlier one is in flight, even if the slot changes lanes meanwhile.
 * - Every event is settled by its deadline. One that was in flight then may still arrive.
 */
export class EventBatcher {
  /** Events not in flight, by slot; only slots that have some. The slot that has waited longest is first. */
  private readonly queues = new Map<number, Waiting[]>();
  /** Unsettled events, oldest first: all have the same time to live. */
  private readonly unsettled = new Set<Waiting>();
  private readonly busyLanes = new Set<number>();
  private readonly busySlots = new Set<number>();
  private readonly startedAtMs = new Map<number, number>();
  private readonly lingering = new Map<number, NodeJS.Timeout>();
  private heldBytes = 0;
  private isPumpDue = false;
  private expiry: NodeJS.Timeout | undefined;
  private onDrained: (() => void) | undefined;
  private isClosed = false;

  constructor(private readonly options: EventBatcherOptions) {}

  /** Events that have not been settled yet. */
  get size(): number {
    return this.unsettled.size;
  }

  /** Queues an event; resolves when it has been taken. @throws BusError */
  async add(slot: number, bytes: Buffer): Promise<void> {
    const { maxBatchBytes, maxQueuedBytes, deadlineMs } = this.options;
    if (this.isClosed) throw new BusError('bus_unavailable', 'the bus is closed');
    if (bytes.length > maxBatchBytes) {
      throw new BusError('bus_event_too_large', `an event has ${String(bytes.length)} bytes, of at most ${String(maxBatchBytes)}`);
    }
    if (this.heldBytes + costOf(bytes) > maxQueuedBytes) {
      throw new BusError('bus_queue_full', `events of ${String(this.heldBytes)} bytes wait, of at most ${String(maxQueuedBytes)}`);
    }
    return new Promise((resolve, reject) => {
      const event: Waiting = { slot, bytes, expiresAtMs: performance.now() + deadlineMs, resolve, reject };
      this.heldBytes += costOf(bytes);
      this.unsettled.add(event);
      const queue = this.queues.get(slot);
      if (queue === undefined) this.queues.set(slot, [event]);
      else queue.push(event);
      this.expiry ??= setTimeout(() => {
        this.expire();
      }, deadlineMs);
      this.pumpSoon();
    });
  }

  /** Takes no more; resolves when all is settled. What is not by `deadlineMs` is rejected. */
  async close(deadlineMs: number): Promise<void> {
    this.isClosed = true;
    if (this.unsettled.size > 0) {
      const timer = setTimeout(() => {
        for (const event of this.unsettled) this.fail(event, 'bus_unavailable', 'the bus was closed before the event could be sent');
      }, deadlineMs);
      await new Promise<void>((resolve) => (this.onDrained = resolve));
      clearTimeout(timer);
    }
    clearTimeout(this.expiry);
    for (const timer of this.lingering.values()) clearTimeout(timer);
    this.queues.clear();
  }

  private pumpSoon(): void {
    if (this.isPumpDue) return;
    this.isPumpDue = true;
    setImmediate(() => {
      this.isPumpDue = false;
      this.pump();
    });
  }

  private pump(): void {
    const lanes = new Set([...this.queues.keys()].filter((slot) => !this.busySlots.has(slot)).map((slot) => this.options.laneOf(slot)));
    for (const lane of lanes) {
      if (!this.busyLanes.has(lane) && !this.lingers(lane)) void this.run(lane, this.take(lane));
    }
  }

  private lingers(lane: number): boolean {
    if (this.lingering.has(lane)) return true;
    const startedAtMs = this.startedAtMs.get(lane) ?? -Infinity;
    const waitMs = startedAtMs + this.options.lingerMs - performance.now();
    if (waitMs <= 0 || this.heldBytes >= this.options.maxBatchBytes) return false;
    const end = (): void => {
      this.lingering.delete(lane);
      this.pump();
    };
    this.lingering.set(lane, setTimeout(end, waitMs));
    return true;
  }

  private take(lane: number): Waiting[] {
    const batch: Waiting[] = [];
    let bytes = 0;
    for (const [slot, queue] of [...this.queues]) {
      if (this.busySlots.has(slot) || this.options.laneOf(slot) !== lane) continue;
      let count = 0;
      for (const event of queue) {
        if (batch.length === this.options.maxBatchEvents || bytes + event.bytes.length > this.options.maxBatchBytes) break;
        bytes += event.bytes.length;
        batch.push(event);
        count += 1;
      }
      if (count === 0) break;
      this.busySlots.add(slot);
      this.queues.delete(slot);
      if (count < queue.length) this.queues.set(slot, queue.slice(count)); // at the end, so that each slot has its turn
    }
    return batch;
  }

  private async run(lane: number, batch: readonly Waiting[]): Promise<void> {
    this.busyLanes.add(lane);
    this.startedAtMs.set(lane, performance.now());
    try {
      const taken = await this.options.send(batch, Math.max(...batch.map(({ expiresAtMs }) => expiresAtMs)));
      for (const event of batch) {
        if (taken.has(event.slot)) this.settle(event, event.resolve);
        else this.fail(event, 'bus_unknown_slot', `there is no slot ${String(event.slot)}`);
      }
    } catch (error) {
      for (const event of batch) this.fail(event, 'bus_unavailable', 'the event could not be sent', error);
    }
    this.busyLanes.delete(lane);
    for (const { slot, bytes } of batch) {
      this.busySlots.delete(slot);
      this.heldBytes -= costOf(bytes);
    }
    this.pump();
  }

  private expire(): void {
    const nowMs = performance.now();
    let next: Waiting | undefined;
    for (const event of this.unsettled) {
      if (event.expiresAtMs > nowMs) {
        next = event;
        break;
      }
      this.fail(event, 'bus_unavailable', `the event could not be sent within ${String(this.options.deadlineMs)} ms`);
    }
    for (const [slot, queue] of this.queues) {
      const left = queue.filter((event) => this.unsettled.has(event));
      for (const event of queue) if (!this.unsettled.has(event)) this.heldBytes -= costOf(event.bytes);
      if (left.length > 0) this.queues.set(slot, left);
      else this.queues.delete(slot);
    }
    this.expiry = undefined;
    if (next === undefined) return;
    this.expiry = setTimeout(() => {
      this.expire();
    }, next.expiresAtMs - nowMs);
  }

  private fail(event: Waiting, code: BusErrorCode, message: string, cause?: unknown): void {
    this.settle(event, () => {
      event.reject(cause instanceof BusError ? cause : new BusError(code, message, { cause }));
    });
  }

  private settle(event: Waiting, settle: () => void): void {
    if (!this.unsettled.delete(event)) return;
    settle();
    if (this.unsettled.size === 0) this.onDrained?.();
  }
}

function costOf(bytes: Buffer): number {
  return bytes.length + EVENT_OVERHEAD_BYTES;
}
