import { Controller } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { type BusContext, DeliverEvents } from '@switchboard/bus';
import { DeliverEvent } from './deliver-event';

/** Takes the events that the bus brings to this server. */
@Controller()
export class DeliverEventsController {
  constructor(private readonly deliverEvent: DeliverEvent) {}

  /** Every event of the batch is delivered; one that cannot be read hurts no other. */
  @DeliverEvents()
  deliver(@Payload() events: readonly Buffer[], @Ctx() { slot }: BusContext): void {
    for (const event of events) this.deliverEvent.deliverEncoded(event, slot);
  }
}
