import { setImmediate } from 'node:timers/promises';
import { type BusErrorListener, type EventHandler } from './event-bus';
import { EVENT_OVERHEAD_BYTES } from './event-overhead';

/**
 * The events that wait for one follower. The handler is never called within `offer`; it gets all that came while it was busy in one call,
 * and nothing while its promise is pending. An event counts against `maxBytes` until it has been handled.
 */
export class SlotQueue {
  private events: Buffer[] = [];
  private heldBytes = 0;
  private running: Promise<void> | undefined;
  private isStopped = false;

  constructor(
    private readonly handler: EventHandler,
    private readonly maxBytes: number,
    private readonly onError: BusErrorListener,
  ) {}

  /** Takes an event; false, and not taken, if there is no room. */
  offer(event: Buffer): boolean {
    const bytes = event.length + EVENT_OVERHEAD_BYTES;
    if (this.heldBytes + bytes > this.maxBytes) return false;
    this.heldBytes += bytes;
    this.events.push(event);
    this.running ??= this.run();
    return true;
  }

  /** Drops what waits; once it resolves the handler is not called again. */
  async stop(): Promise<void> {
    this.isStopped = true;
    this.events = [];
    await this.running;
  }

  private async run(): Promise<void> {
    // A turn of the event loop before each batch: publishers never run a handler, and a handler that publishes to itself starves nobody.
    await setImmediate();
    while (this.events.length > 0 && !this.isStopped) {
      const batch = this.events;
      this.events = [];
      try {
        await this.handler(batch);
      } catch (error) {
        this.onError(error);
      }
      for (const event of batch) this.heldBytes -= event.length + EVENT_OVERHEAD_BYTES;
      await setImmediate();
    }
    this.running = undefined;
  }
}
