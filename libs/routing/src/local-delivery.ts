import type { HeadEvent, StreamEvent } from '@switchboard/protocol/events';

/** The part of this process that holds sockets, if it holds any. */
export abstract class LocalDelivery {
  /** The slot that this process leases; events for it need no bus. Undefined while it has none. */
  abstract readonly slot: number | undefined;

  /** Hands an event to the local subscriptions of its stream; those of one stream in seq order. False: there are none. */
  abstract deliver(event: StreamEvent | HeadEvent): boolean;
}

/** A process that holds no sockets. */
export class NoLocalDelivery extends LocalDelivery {
  readonly slot = undefined;

  deliver(): boolean {
    return false;
  }
}
