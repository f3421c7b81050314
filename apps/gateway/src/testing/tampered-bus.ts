import { EventBus, type EventHandler, type FollowedSlot } from '@switchboard/bus';

/** A bus whose follower loses, repeats or delays events as the test says. */
export class TamperedBus extends EventBus {
  /** What becomes of a batch. */
  tamper: (events: readonly Buffer[]) => readonly Buffer[] = (events) => events;

  constructor(private readonly bus: EventBus) {
    super();
  }

  get slots(): number {
    return this.bus.slots;
  }

  connect(): Promise<void> {
    return this.bus.connect();
  }

  publish(slot: number, event: Buffer): Promise<void> {
    return this.bus.publish(slot, event);
  }

  follow(slot: number, handler: EventHandler): Promise<FollowedSlot> {
    return this.bus.follow(slot, (events) => handler(this.tamper(events)));
  }

  close(): Promise<void> {
    return this.bus.close();
  }
}
