import { Logger } from '@nestjs/common';
import { type Metrics } from '@switchboard/observability';
import { decodeBusEvent, EventFormatError, type BusEvent, type HeadEvent, type StreamEvent } from '@switchboard/protocol/events';
import { type AwaitReplies, LocalDelivery, type OwnSlot } from '@switchboard/routing';
import { type LocalStreams } from '../streams/local-streams';
import { type AnswerWaits } from '../waits/answer-waits';

/** Hands events to the local subscriptions of their streams, whether the bus brings them or this process accepted the message itself. */
export class DeliverEvent extends LocalDelivery {
  private readonly logger = new Logger(DeliverEvent.name);

  constructor(
    private readonly streams: LocalStreams,
    private readonly own: OwnSlot,
    private readonly awaitReplies: AwaitReplies,
    private readonly answerWaits: AnswerWaits,
    private readonly metrics: Metrics,
  ) {
    super();
  }

  get slot(): number | undefined {
    return this.own.slot;
  }

  /** An event of this process. */
  deliver(event: StreamEvent | HeadEvent): boolean {
    if (!this.followed(event)) return false;
    this.metrics.set.eventsLocal.inc();
    return true;
  }

  /** An event from the bus. What cannot be read is logged and dropped: the log has the message. Never throws. */
  deliverEncoded(bytes: Buffer, slot: number): void {
    this.metrics.set.eventsReceived.inc();
    try {
      this.handle(decodeBusEvent(bytes));
    } catch (error) {
      if (!(error instanceof EventFormatError)) throw error;
      this.metrics.set.eventsUnreadable.inc();
      this.logger.warn(`An event of slot ${String(slot)} cannot be read: ${error.message}`);
    }
  }

  private handle(event: BusEvent): void {
    switch (event.kind) {
      case 'message':
      case 'head':
        this.followed(event);
        return;
      case 'reply':
        this.awaitReplies.replied(event.id, event.reply);
        return;
      case 'ephemeral':
      case 'command':
      // Nobody sends these yet.
    }
  }

  /** Whether anybody here follows the stream of the event. */
  private followed(event: StreamEvent | HeadEvent): boolean {
    if (!this.streams.deliver(event)) return false;
    if (event.wait !== undefined) this.answerWaits.watch(event.stream, event.seq, event.wait);
    return true;
  }
}
