import { EVERYBODYS_SLOT, type EventBus } from '@switchboard/bus';
import { encodeBusEvent, type HeadEvent, type StreamEvent } from '@switchboard/protocol/events';
import { EVERYONE, type StreamKey } from '@switchboard/protocol';
import { type LocalDelivery } from './local-delivery';

/** Where more servers than this are concerned, one event on everybody's slot is cheaper than one for each (design.md, idea 3). */
export const MOST_SERVERS_EACH = 32;

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

/** Where an event went. */
export interface Routed {
  /** Whether somebody may get it: this process or another server follows its stream, or that is not known. */
  readonly isFollowed: boolean;
}

/**
 * Carries one committed message to the servers that hold its target's sockets: to this process directly, to each other server as one
 * event; to everyone as a single event that all servers read. It is a hint: whatever fails here, the log has the message and the reconcile
 * round brings it.
 */
export class RouteEvent {
  constructor(
    private readonly servers: ServersOfStream,
    private readonly bus: Pick<EventBus, 'publish'>,
    private readonly local: LocalDelivery,
    private readonly observer: RoutingObserver,
  ) {}

  /** Resolves when the event has been handed over, or given up. Never rejects. */
  async route(event: StreamEvent | HeadEvent): Promise<Routed> {
    const startedAtMs = performance.now();
    try {
      const isHere = this.local.deliver(event);
      if (event.stream === EVERYONE) {
        await this.send(event, [EVERYBODYS_SLOT]);
        return { isFollowed: true };
      }
      const slots = await this.servers.slotsOf(event.stream);
      const others = slots.filter((slot) => slot !== this.local.slot);
      if (!hasExpired(event, performance.now() - startedAtMs))
        await this.send(event, others.length > MOST_SERVERS_EACH ? [EVERYBODYS_SLOT] : others);
      return { isFollowed: isHere || slots.length > 0 };
    } catch (error) {
      this.observer.hintLost(event.stream, error);
      return { isFollowed: true };
    }
  }

  /** Delivers what this process holds itself, and leaves the rest to the reconcile rounds. Never throws. */
  giveUp(event: StreamEvent | HeadEvent, reason: Error): Routed {
    this.observer.hintLost(event.stream, reason);
    try {
      this.local.deliver(event);
    } catch (error) {
      this.observer.hintLost(event.stream, error);
    }
    return { isFollowed: true };
  }

  private async send(event: StreamEvent | HeadEvent, slots: readonly number[]): Promise<void> {
    if (slots.length === 0) return;
    const bytes = encodeBusEvent(event);
    const outcomes = await Promise.allSettled(slots.map((slot) => this.bus.publish(slot, bytes)));
    for (const outcome of outcomes) {
      if (outcome.status === 'fulfilled') this.observer.eventSent();
      else this.observer.hintLost(event.stream, outcome.reason);
    }
  }
}

/** Whether a message that was committed `sinceMs` ago, or longer, has expired for certain: no clock of another machine is asked. */
function hasExpired(event: StreamEvent | HeadEvent, sinceMs: number): boolean {
  return event.kind === 'message' && sinceMs >= event.expiresAtMs - event.timeMs;
}
