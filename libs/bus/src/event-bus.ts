/** Takes the events of one slot as they come, in the bus's order. While its promise is pending, nothing further is read of that slot. */
export type EventHandler = (events: readonly Buffer[]) => void | Promise<void>;

/** A slot that is being read. */
export interface FollowedSlot {
  /**
   * Stops reading; once it resolves the handler is not called again. Waits for a call that still runs, so a handler must not await it.
   * Does not throw.
   */
  stop(): Promise<void>;
}

/** The slot whose events every server reads. */
export const EVERYBODYS_SLOT = 0;

/** Told of every failure that a bus survives: a handler that threw, a broker that went away. Must not throw. */
export type BusErrorListener = (error: unknown) => void;

/**
 * Carries events to servers by their slot. It is a hint, not the truth: it may lose, repeat or reorder events, and the log heals that.
 *
 * What every adapter promises (the contract suite in `contract/` proves it):
 * - what is published to a slot after `follow(slot)` has resolved reaches its handler, in the order in which one publisher sent it;
 * - nothing published before reaches it, and nothing of another slot;
 * - the bytes arrive as they were;
 * - a handler that throws stops nothing: its batch is given up, the error is reported, and reading goes on;
 * - a handler that is slow holds up its own slot only.
 */
export abstract class EventBus {
  /** How many servers' slots there are: 1 to `slots` can be published to and followed, besides slot 0. Known after `connect`. */
  abstract readonly slots: number;

  /** Connects, and prepares what events travel through. @throws BusError if that fails */
  abstract connect(): Promise<void>;

  /**
   * Hands one event to a slot; resolves when the bus has it. Events for one slot keep the order of the calls. The buffer belongs to the
   * bus from then on and must not be changed.
   * @throws BusError if the bus is away for longer than the deadline, the queue is full, there is no such slot, or the event is too large
   */
  abstract publish(slot: number, event: Buffer): Promise<void>;

  /** Reads a slot from its end; resolves once the end is captured. @throws BusError */
  abstract follow(slot: number, handler: EventHandler): Promise<FollowedSlot>;

  /** Stops all reading, hands over what was queued as far as a short deadline allows, and disconnects. Does not throw. */
  abstract close(): Promise<void>;
}
