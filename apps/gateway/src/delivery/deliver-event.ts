import { randomUUID } from 'node:crypto';
import { Logger } from '@nestjs/common';
import { type Metrics } from '@switchboard/observability';
import {
  decodeBusEvent,
  EventFormatError,
  type BusEvent,
  type EphemeralEvent,
  type HeadEvent,
  type StreamEvent,
} from '@switchboard/protocol/events';
import { type AwaitReplies, LocalDelivery, type OwnSlot } from '@switchboard/routing';
import { type HandleCommand } from '../commands/handle-command';
import { type DeliverEphemeral } from '../ephemeral/deliver-ephemeral';
import { type LocalStreams } from '../streams/local-streams';
import { type AnswerWaits } from '../waits/answer-waits';

/** What events are handed to. */
export interface DeliverEventParts {
  readonly streams: LocalStreams;
  readonly own: OwnSlot;
  readonly awaitReplies: AwaitReplies;
  readonly answerWaits: AnswerWaits;
  readonly handleCommand: HandleCommand;
  readonly deliverEphemeral: Pick<DeliverEphemeral, 'deliver'>;
  readonly metrics: Metrics;
}

/** Hands events to the local subscriptions of their streams, whether the bus brings them or this process accepted the message itself. */
export class DeliverEvent extends LocalDelivery {
  private readonly logger = new Logger(DeliverEvent.name);

  /** For as long as the process lives: it may not hold a lease at the moment. */
  readonly origin = randomUUID();

  constructor(private readonly parts: DeliverEventParts) {
    super();
  }

  get slot(): number | undefined {
    return this.parts.own.slot;
  }

  /** An event of this process. */
  deliver(event: StreamEvent | HeadEvent): boolean {
    if (!this.followed(event)) return false;
    this.parts.metrics.set.eventsLocal.inc();
    return true;
  }

  deliverEphemeral(event: EphemeralEvent): boolean {
    if (!this.parts.deliverEphemeral.deliver(event)) return false;
    this.parts.metrics.set.eventsLocal.inc();
    return true;
  }

  /** An event from the bus. What cannot be read is logged and dropped: the log has the message. Never throws. */
  deliverEncoded(bytes: Buffer, slot: number): void {
    this.parts.metrics.set.eventsReceived.inc();
    try {
      this.handle(decodeBusEvent(bytes));
    } catch (error) {
      if (!(error instanceof EventFormatError)) throw error;
      this.parts.metrics.set.eventsUnreadable.inc();
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
        this.parts.awaitReplies.replied(event.id, event.reply);
        return;
      case 'command':
        this.parts.handleCommand.handle(event);
        return;
      case 'ephemeral':
        if (event.origin !== this.origin) this.parts.deliverEphemeral.deliver(event);
    }
  }

  /** Whether anybody here follows the stream of the event. */
  private followed(event: StreamEvent | HeadEvent): boolean {
    if (!this.parts.streams.deliver(event)) return false;
    if (event.wait !== undefined) this.parts.answerWaits.watch(event.stream, event.seq, event.wait);
    return true;
  }
}
