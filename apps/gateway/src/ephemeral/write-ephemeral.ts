import { type Frame } from '../frames/web-socket-frame';
import { type DropReason, type EphemeralMessage } from './ephemeral-message';
import { HeldMessages, type HeldLimits } from './held-messages';

/** A socket, as far as ephemeral messages are concerned. */
export interface EphemeralSocket {
  /** Whether what waits for the network is within the socket's limit. */
  readonly hasRoom: boolean;
  /** Takes a frame, always. */
  write(frame: Frame): unknown;
}

/** What writing needs. */
export interface WriteEphemeralOptions {
  /** What may wait for one socket. */
  readonly held: HeldLimits;
  /** What may wait for all sockets together; a frame counts once for each socket that it waits for. */
  readonly mostHeldBytes: number;
  /** The database's clock, in milliseconds since 1970. */
  readonly databaseNowMs: () => number;
  /** A message does not get to a socket. */
  readonly dropped: (reason: DropReason) => void;
}

/**
 * Writes ephemeral messages to sockets. For one that is full a message waits if it has a key (the newest of each key, until the socket has
 * drained), else it is dropped: nobody gets an old ticker that was queued behind others.
 */
export class WriteEphemeral {
  private readonly held = new Map<EphemeralSocket, HeldMessages>();
  private allHeldBytes = 0;
  /** Frames written since the start. */
  framesWritten = 0;

  constructor(private readonly options: WriteEphemeralOptions) {}

  /** The bytes that wait for sockets. */
  get heldBytes(): number {
    return this.allHeldBytes;
  }

  /** Writes a message, or lets it wait, or drops it. True: it was written. The caller has looked at its expiry. */
  write(socket: EphemeralSocket, message: EphemeralMessage): boolean {
    // What waits goes first: a newer message with its key must not overtake it.
    this.drained(socket);
    if (socket.hasRoom && !this.held.has(socket)) {
      this.writeNow(socket, message);
      return true;
    }
    if (message.conflateKey === undefined) this.options.dropped('slow');
    else this.hold(socket, message.conflateKey, message);
    return false;
  }

  /** Writes what waits for a socket, as long as it has room. */
  drained(socket: EphemeralSocket): void {
    const held = this.held.get(socket);
    if (held === undefined) return;
    this.counting(held, () => {
      while (socket.hasRoom) {
        const message = held.next(this.options.databaseNowMs());
        if (message === undefined) break;
        this.writeNow(socket, message);
      }
    });
    if (held.size === 0) this.held.delete(socket);
  }

  /** The socket is closed: nothing waits for it any more. */
  forget(socket: EphemeralSocket): void {
    this.allHeldBytes -= this.held.get(socket)?.bytes ?? 0;
    this.held.delete(socket);
  }

  private writeNow(socket: EphemeralSocket, { frame }: EphemeralMessage): void {
    this.framesWritten += 1;
    socket.write(frame);
  }

  private hold(socket: EphemeralSocket, key: string, message: EphemeralMessage): void {
    const { held: limits, mostHeldBytes, dropped } = this.options;
    if (this.allHeldBytes + message.frame.length > mostHeldBytes) {
      dropped('full');
      return;
    }
    const held = this.held.get(socket) ?? new HeldMessages(limits, dropped);
    this.counting(held, () => {
      held.hold(key, message);
    });
    if (held.size > 0) this.held.set(socket, held);
  }

  private counting(held: HeldMessages, change: () => void): void {
    const before = held.bytes;
    change();
    this.allHeldBytes += held.bytes - before;
  }
}
