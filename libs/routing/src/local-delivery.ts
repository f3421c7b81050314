import type { EphemeralEvent, HeadEvent, StreamEvent } from '@switchboard/protocol/events';

/** The part of this process that holds sockets, if it holds any. */
export abstract class LocalDelivery {
  /** The slot that this process leases; events for it need no bus. Undefined while it has none. */
  abstract readonly slot: number | undefined;

  /** Hands an event to the local subscriptions of its stream; those of one stream in seq order. False: there are none. */
  abstract deliver(event: StreamEvent | HeadEvent): boolean;

  /** How ephemeral events say that they have been delivered here: what the bus brings of them is skipped. Undefined if nothing is delivered here. */
  abstract readonly origin: string | undefined;

  /** Writes an ephemeral message to the local sockets that it is for. False: there are none. */
  abstract deliverEphemeral(event: EphemeralEvent): boolean;
}

/** A process that holds no sockets. */
export class NoLocalDelivery extends LocalDelivery {
  readonly slot = undefined;
  readonly origin = undefined;

  deliver(): boolean {
    return false;
  }

  deliverEphemeral(): boolean {
    return false;
  }
}
