import type { StreamEvent } from '@switchboard/protocol/events';

/** The part of this process that holds sockets, if it holds any. */
export abstract class LocalDelivery {
  /** The slot that this process leases; events for it need no bus. Undefined while it has none. */
  abstract readonly slot: number | undefined;

  /** Hands an event to the local subscriptions of its stream; those of one stream in seq order. Does nothing if there are none. */
  abstract deliver(event: StreamEvent): void;
}

/** A process that holds no sockets. */
export class NoLocalDelivery extends LocalDelivery {
  readonly slot = undefined;

  deliver(): void {
    // Nobody is here to be told.
  }
}
