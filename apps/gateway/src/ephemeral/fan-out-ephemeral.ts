import { type StreamKey } from '@switchboard/protocol';
import { type LocalStreams } from '../streams/local-streams';
import { type Subscription } from '../streams/subscription';
import { type DropReason, type EphemeralMessage } from './ephemeral-message';
import { type WriteEphemeral } from './write-ephemeral';

/** Hears that a message was written to a subscription. */
export type WrittenListener = (subscription: Subscription) => void;

/** A message that waits for its turn, or has its turn. */
interface FanOut {
  readonly message: EphemeralMessage;
  readonly written: WrittenListener;
}

/** What a fan-out needs. */
export interface FanOutEphemeralParts {
  readonly streams: Pick<LocalStreams, 'subscribers'>;
  readonly writer: Pick<WriteEphemeral, 'write'>;
  /** Calls back soon, after other work has had its turn. */
  readonly defer: (callback: () => void) => void;
  /** The database's clock, in milliseconds since 1970. */
  readonly databaseNowMs: () => number;
  /** A message does not get to those whom it has not reached yet. */
  readonly dropped: (reason: DropReason) => void;
  /** Sockets written to before other work has its turn. */
  readonly sliceSize: number;
  /** How many messages may be on their way to their sockets; further ones are dropped. */
  readonly mostWaiting: number;
}

/**
 * Writes an ephemeral message to all who follow a stream, in slices where they are many, so that heartbeats and HTTP stay alive. The
 * messages of one stream follow each other; those of other streams need not wait for them.
 */
export class FanOutEphemeral {
  private readonly queues = new Map<StreamKey, FanOut[]>();
  private count = 0;

  constructor(private readonly parts: FanOutEphemeralParts) {}

  /** How many messages are on their way. */
  get size(): number {
    return this.count;
  }

  /** Writes a message to those who follow its stream when its turn comes: at once, if they are few. False: nobody follows it. */
  write(message: EphemeralMessage, written: WrittenListener): boolean {
    const queue = this.queues.get(message.stream);
    const fanOut = { message, written };
    if (queue !== undefined) {
      if (this.isAdded()) queue.push(fanOut);
      return true;
    }
    const subscribers = this.parts.streams.subscribers(message.stream);
    if (subscribers.length <= this.parts.sliceSize) {
      this.writeSlice(fanOut, subscribers, 0);
    } else if (this.isAdded()) {
      this.queues.set(message.stream, [fanOut]);
      this.goOn(message.stream, subscribers, 0);
    }
    return subscribers.length > 0;
  }

  private isAdded(): boolean {
    const hasRoom = this.count < this.parts.mostWaiting;
    if (hasRoom) this.count += 1;
    else this.parts.dropped('overloaded');
    return hasRoom;
  }

  /** Writes the next slice of the first message of a stream. */
  private goOn(stream: StreamKey, subscribers: readonly Subscription[], start: number): void {
    const queue = this.queues.get(stream) ?? [];
    const [fanOut] = queue;
    const next = fanOut === undefined ? start : this.writeSlice(fanOut, subscribers, start);
    this.parts.defer(() => {
      if (next < subscribers.length) {
        this.goOn(stream, subscribers, next);
        return;
      }
      queue.shift();
      this.count -= 1;
      if (queue.length === 0) this.queues.delete(stream);
      else this.goOn(stream, this.parts.streams.subscribers(stream), 0);
    });
  }

  /** Where the next slice starts. */
  private writeSlice({ message, written }: FanOut, subscribers: readonly Subscription[], start: number): number {
    const { writer, databaseNowMs, dropped, sliceSize } = this.parts;
    if (message.expiresAtMs <= databaseNowMs()) {
      dropped('expired');
      return subscribers.length;
    }
    const end = Math.min(start + sliceSize, subscribers.length);
    for (const subscription of subscribers.slice(start, end)) {
      // It may have ended since the fan-out began.
      if (subscription.state !== 'ended' && writer.write(subscription.sink, message)) written(subscription);
    }
    return end;
  }
}
