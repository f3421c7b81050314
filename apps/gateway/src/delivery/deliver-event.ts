import { Logger } from '@nestjs/common';
import { type Metrics } from '@switchboard/observability';
import { decodeDeliverEvent, EventFormatError, type DeliverEvent as Event } from '@switchboard/protocol/events';
import { LocalDelivery } from '@switchboard/routing';
import { type LocalStreams } from '../streams/local-streams';

/** What is known of this server. */
export interface ServerFacts {
  /** The slot it leases; undefined while it has none. */
  slot(): number | undefined;
  /** What to add to Date.now() for the database's clock. */
  databaseOffsetMs(): number;
}

/** Hands events to the local subscriptions of their streams, whether the bus brings them or this process accepted the message itself. */
export class DeliverEvent extends LocalDelivery {
  private readonly logger = new Logger(DeliverEvent.name);

  constructor(
    private readonly streams: LocalStreams,
    private readonly server: ServerFacts,
    private readonly metrics: Metrics,
  ) {
    super();
  }

  get slot(): number | undefined {
    return this.server.slot();
  }

  /** An event of this process. */
  deliver(event: Event): void {
    if (this.streams.deliver(event)) {
      this.metrics.set.eventsLocal.inc();
      this.observe('local', event);
    }
  }

  /** An event from the bus. What cannot be read is logged and dropped: the log has the message. Never throws. */
  deliverEncoded(bytes: Buffer, slot: number): void {
    this.metrics.set.eventsReceived.inc();
    try {
      const event = decodeDeliverEvent(bytes);
      if (this.streams.deliver(event)) this.observe('bus', event);
    } catch (error) {
      if (!(error instanceof EventFormatError)) throw error;
      this.metrics.set.eventsUnreadable.inc();
      this.logger.warn(`An event of slot ${String(slot)} cannot be read: ${error.message}`);
    }
  }

  private observe(way: 'local' | 'bus', { timeMs }: Event): void {
    const nowMs = Date.now() + this.server.databaseOffsetMs();
    this.metrics.set.deliveryLatency.observe({ way }, Math.max(0, nowMs - timeMs) / 1_000);
  }
}
