import { EVERYBODYS_SLOT, type EventBus } from '@switchboard/bus';
import { encodeBusEvent, type StreamEvent } from '@switchboard/protocol/events';
import { type StreamKey } from '@switchboard/protocol';
import { type LocalDelivery } from './local-delivery';

/** Where more servers than this are concerned, one event on everybody's slot is cheaper than one for each (design.md, idea 3). */
const MOST_SERVERS_EACH = 32;

/** Tells which living servers hold connections that follow a stream. */
export interface ServersOfStream {
  slotsOf(stream: StreamKey): Promise<readonly number[]>;
}

/** Counts what becomes of events. */
export interface RoutingObserver {
  /** An event was handed to the bus. */
  eventSent(): void;
  /** An event was not sent: the reconcile round of the servers concerned brings the message. */
  hintLost(stream: StreamKey, error: unknown): void;
}

/**
 * Carries one committed message to the servers that hold its target's sockets: to this process directly, to each other server as one
 * event. It is a hint: whatever fails here, the log has the message and the reconcile round brings it.
 */
export class RouteEvent {
  constructor(
    private readonly servers: ServersOfStream,
    private readonly bus: EventBus,
    private readonly local: LocalDelivery,
    private readonly observer: RoutingObserver,
  ) {}

  /** Resolves when the event has been handed over, or given up. Never rejects. */
  async route(event: StreamEvent): Promise<void> {
    try {
      this.local.deliver(event);
      const slots = await this.servers.slotsOf(event.stream);
      await this.send(
        event,
        slots.filter((slot) => slot !== this.local.slot),
      );
    } catch (error) {
      this.observer.hintLost(event.stream, error);
    }
  }

  /** Delivers what this process holds itself, and leaves the rest to the reconcile rounds. Never throws. */
  giveUp(event: StreamEvent, reason: Error): void {
    this.observer.hintLost(event.stream, reason);
    try {
      this.local.deliver(event);
    } catch (error) {
      this.observer.hintLost(event.stream, error);
    }
  }

  private async send(event: StreamEvent, slots: readonly number[]): Promise<void> {
    if (slots.length === 0) return;
    const bytes = encodeBusEvent(event);
    const addressed = slots.length > MOST_SERVERS_EACH ? [EVERYBODYS_SLOT] : slots;
    const outcomes = await Promise.allSettled(addressed.map((slot) => this.bus.publish(slot, bytes)));
    for (const outcome of outcomes) {
      if (outcome.status === 'fulfilled') this.observer.eventSent();
      else this.observer.hintLost(event.stream, outcome.reason);
    }
  }
}
