import { Logger } from '@nestjs/common';
import { BusError } from './bus-error';
import { EventBus, EVERYBODYS_SLOT, type BusErrorListener, type EventHandler, type FollowedSlot } from './event-bus';
import { InProcessNetwork } from './in-process-network';
import { settlesWithin } from './settles-within';
import { SlotQueue } from './slot-queue';

/** How long `close` waits for handlers that still run. */
const CLOSE_DEADLINE_MS = 2000;

/** How an in-process bus is set up; all of it may be left out. */
export interface InProcessBusOptions {
  /** How many slots there are. One process needs one; the default of 64 is that of the other buses. */
  readonly slots?: number;
  /** How many bytes may wait for one follower (default 16 MiB); beyond that publishing to its slot fails with `bus_queue_full`. */
  readonly maxQueuedBytes?: number;
  /** What joins this bus to others in the same process; absent: it talks to itself alone. */
  readonly network?: InProcessNetwork;
  readonly onError?: BusErrorListener;
}

/** The bus of a process that is alone: no broker, no copy of an event, and nothing that outlives the process. */
export class InProcessEventBus extends EventBus {
  readonly slots: number;
  private readonly logger = new Logger(InProcessEventBus.name);
  private readonly maxQueuedBytes: number;
  private readonly network: InProcessNetwork;
  private readonly onError: BusErrorListener | undefined;
  private readonly followed = new Set<FollowedSlot>();
  private isConnected = false;

  constructor({ slots = 64, maxQueuedBytes = 16 * 2 ** 20, network = new InProcessNetwork(), onError }: InProcessBusOptions = {}) {
    super();
    this.slots = slots;
    this.maxQueuedBytes = maxQueuedBytes;
    this.network = network;
    this.onError = onError;
  }

  connect(): Promise<void> {
    this.isConnected = true;
    return Promise.resolve();
  }

  // Async, so that what is thrown becomes a rejection.
  // eslint-disable-next-line @typescript-eslint/require-await
  async publish(slot: number, event: Buffer): Promise<void> {
    this.check(slot);
    if (!this.network.deliver(slot, event)) throw new BusError('bus_queue_full', `a follower of slot ${String(slot)} does not keep up`);
  }

  // eslint-disable-next-line @typescript-eslint/require-await
  async follow(slot: number, handler: EventHandler): Promise<FollowedSlot> {
    this.check(slot);
    const queue = new SlotQueue(handler, this.maxQueuedBytes, (error) => {
      this.logger.error(`The handler of slot ${String(slot)} failed; its batch is given up`, error);
      this.onError?.(error);
    });
    const leave = this.network.join(slot, queue);
    const followed: FollowedSlot = {
      stop: async () => {
        leave();
        this.followed.delete(followed);
        await queue.stop();
      },
    };
    this.followed.add(followed);
    return followed;
  }

  async close(): Promise<void> {
    this.isConnected = false;
    const stopped = Promise.all([...this.followed].map((followed) => followed.stop()));
    this.followed.clear();
    await settlesWithin(stopped, CLOSE_DEADLINE_MS);
  }

  private check(slot: number): void {
    if (!this.isConnected) throw new BusError('bus_unavailable', 'the bus is not connected');
    if (Number.isInteger(slot) && slot >= EVERYBODYS_SLOT && slot <= this.slots) return;
    throw new BusError('bus_unknown_slot', `there is no slot ${String(slot)}; there are 0 to ${String(this.slots)}`);
  }
}
