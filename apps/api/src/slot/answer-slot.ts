import { Logger, type BeforeApplicationShutdown, type OnApplicationShutdown } from '@nestjs/common';
import { type BusTransport } from '@switchboard/bus';
import { type HeldSlot, type SlotListener } from '@switchboard/registry';
import { type AwaitReplies } from '@switchboard/routing';

const RETRY_MS = 5_000;

/**
 * The slot of a process that holds no sockets: it is answered there. Without it messages are taken all the same; only what needs an answer
 * of another server does not work.
 */
export class AnswerSlot implements SlotListener, BeforeApplicationShutdown, OnApplicationShutdown {
  private readonly logger = new Logger(AnswerSlot.name);
  private isLeaving = false;
  private retry: NodeJS.Timeout | undefined;
  private starting: Promise<void> | undefined;

  constructor(
    private readonly slot: HeldSlot,
    private readonly transport: BusTransport,
    private readonly awaitReplies: AwaitReplies,
  ) {}

  /** Leases a slot behind whatever else happens, for as long as it takes. To be called when the transport listens. */
  start(): void {
    this.starting = this.tryToStart();
  }

  position(slot: number): Promise<void> {
    return this.transport.follow([slot]);
  }

  slotChanged(): void {
    this.logger.warn('Another process took the slot; this one has another now');
  }

  leaseRecovered(): void {
    // Whoever waited for an answer meanwhile heard that there was none in time.
  }

  slotFailed(error: unknown): void {
    this.logger.warn(`The slot could not be kept up, and is tried again: ${String(error)}`);
  }

  /** Before the HTTP server closes, which waits for requests: those that wait for answers have them now. */
  beforeApplicationShutdown(): void {
    this.isLeaving = true;
    clearTimeout(this.retry);
    this.slot.leave();
    this.awaitReplies.close();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.slot.stop();
    await this.starting;
  }

  private async tryToStart(): Promise<void> {
    try {
      const lease = await this.slot.start(this);
      if (lease !== undefined) this.logger.log(`This process is answered at slot ${String(lease.slot)}`);
    } catch (error) {
      if (this.isLeaving) return;
      this.logger.warn(`There is no slot to be answered at, and it is tried again: ${String(error)}`);
      this.retry = setTimeout(() => {
        this.start();
      }, RETRY_MS).unref();
    }
  }
}
