import { type DropReason, type EphemeralMessage } from './ephemeral-message';

/** How much may wait for one socket. */
export interface HeldLimits {
  readonly messages: number;
  readonly bytes: number;
}

/**
 * The ephemeral messages that wait until one slow socket has drained: the newest of each stream and key, in the order in which they came.
 * Where there is no room the oldest make it. It does no I/O.
 */
export class HeldMessages {
  private readonly newest = new Map<string, EphemeralMessage>();
  private heldBytes = 0;

  /** @param dropped hears of each message that will not be written */
  constructor(
    private readonly limits: HeldLimits,
    private readonly dropped: (reason: DropReason) => void,
  ) {}

  /** How many wait. */
  get size(): number {
    return this.newest.size;
  }

  /** The bytes of their frames. */
  get bytes(): number {
    return this.heldBytes;
  }

  /** Keeps a message in place of an older one of its stream and key. */
  hold(key: string, message: EphemeralMessage): void {
    // Neither keys nor the names of streams have control characters.
    const name = `${message.stream}\n${key}`;
    if (this.remove(name) !== undefined) this.dropped('replaced');
    const { length } = message.frame;
    if (length > this.limits.bytes) {
      this.dropped('full');
      return;
    }
    this.makeRoom(length);
    this.newest.set(name, message);
    this.heldBytes += length;
  }

  /** Takes out the oldest whose time is not over; undefined if there is none. */
  next(nowMs: number): EphemeralMessage | undefined {
    for (const name of this.newest.keys()) {
      const message = this.remove(name);
      if (message === undefined || message.expiresAtMs > nowMs) return message;
      this.dropped('expired');
    }
    return undefined;
  }

  private makeRoom(length: number): void {
    for (const name of this.newest.keys()) {
      if (this.newest.size < this.limits.messages && this.heldBytes + length <= this.limits.bytes) return;
      this.remove(name);
      this.dropped('full');
    }
  }

  private remove(name: string): EphemeralMessage | undefined {
    const message = this.newest.get(name);
    if (message === undefined) return undefined;
    this.newest.delete(name);
    this.heldBytes -= message.frame.length;
    return message;
  }
}
