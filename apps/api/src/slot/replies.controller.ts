import { Controller, Logger } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { DeliverEvents } from '@switchboard/bus';
import { Metrics } from '@switchboard/observability';
import { decodeBusEvent, EventFormatError } from '@switchboard/protocol/events';
import { AwaitReplies } from '@switchboard/routing';

/** Takes the answers that the bus brings to a process without sockets; nothing else is sent there. */
@Controller()
export class RepliesController {
  private readonly logger = new Logger(RepliesController.name);

  constructor(
    private readonly awaitReplies: AwaitReplies,
    private readonly metrics: Metrics,
  ) {}

  /** What cannot be read is counted and dropped: whoever waits hears that no answer came. */
  @DeliverEvents()
  deliver(@Payload() events: readonly Buffer[]): void {
    for (const bytes of events) this.take(bytes);
  }

  private take(bytes: Buffer): void {
    this.metrics.set.eventsReceived.inc();
    try {
      const event = decodeBusEvent(bytes);
      if (event.kind === 'reply') this.awaitReplies.replied(event.id, event.reply);
    } catch (error) {
      if (!(error instanceof EventFormatError)) throw error;
      this.metrics.set.eventsUnreadable.inc();
      this.logger.warn(`An event cannot be read: ${error.message}`);
    }
  }
}
