import { type Frame } from '../frames/web-socket-frame';

/** A message's frame, when its message was committed, and when it expires. */
export interface MessageFrameBytes {
  readonly frame: Frame;
  /** Milliseconds since 1970, on the database's clock. */
  readonly timeMs: number;
  readonly expiresAtMs: number;
}

/** How much is kept. */
export interface RecentFramesLimits {
  readonly heldEvents: number;
  /** Their bytes. */
  readonly heldBytes: number;
}

/**
 * The frames of a stream's latest events: those that came before an earlier one, and those that a subscription needs which is still
 * reading the log. Bounded: what is missing here is in the log.
 */
export class RecentFrames {
  private readonly frames = new Map<number, MessageFrameBytes>();
  private bytes = 0;

  constructor(private readonly limits: RecentFramesLimits) {}

  has(seq: number): boolean {
    return this.frames.has(seq);
  }

  get(seq: number): MessageFrameBytes | undefined {
    return this.frames.get(seq);
  }

  /** Keeps a frame if there is room, or room can be made by frames up to `position`; `isNext` is kept in any case. */
  add(seq: number, message: MessageFrameBytes, position: number, isNext: boolean): void {
    if (!isNext && !this.makeRoom(message.frame.length, position)) return;
    this.frames.set(seq, message);
    this.bytes += message.frame.length;
  }

  /** Forgets a frame. */
  delete(seq: number): void {
    const message = this.frames.get(seq);
    if (message === undefined) return;
    this.frames.delete(seq);
    this.bytes -= message.frame.length;
  }

  /** Forgets all frames up to `seq`. */
  dropThrough(seq: number): void {
    for (const each of this.frames.keys()) if (each <= seq) this.delete(each);
  }

  /** Forgets all frames. */
  clear(): void {
    this.frames.clear();
    this.bytes = 0;
  }

  private makeRoom(length: number, position: number): boolean {
    for (const seq of this.frames.keys()) {
      if (this.hasRoom(length)) return true;
      if (seq <= position) this.delete(seq);
    }
    return this.hasRoom(length);
  }

  private hasRoom(length: number): boolean {
    return this.frames.size < this.limits.heldEvents && this.bytes + length <= this.limits.heldBytes;
  }
}
