import { type StreamKey } from '@switchboard/protocol';
import { encodeMessageFrame, type HeadEvent, type StreamEvent } from '@switchboard/protocol/events';
import { textFrame } from '../frames/web-socket-frame';
import { type DeliveryWay, LocalStream, type StreamLimits } from './local-stream';
import { type PageRead } from './pending-reads';
import { type FrameSink, type Subscription } from './subscription';
import { type WrittenListener } from './written-watches';

/** How long an event may be missing before the log is read: two senders' events often swap by a few milliseconds (design.md). */
const GAP_PATIENCE_MS = 30;

/** Reads the page of a stream, and answers the stream. */
export type ReadPage = (key: StreamKey, stream: LocalStream, read: PageRead) => void;

/** What the streams of a server tell, and ask. */
export interface LocalStreamsOptions {
  readonly onDelivering: (timeMs: number, way: DeliveryWay) => void;
  /** The database's clock, in milliseconds since 1970: what has expired on it is not written. */
  readonly databaseNowMs: () => number;
  readonly limits: StreamLimits;
}

/** All streams that somebody follows on this server. */
export class LocalStreams {
  private readonly streams = new Map<StreamKey, LocalStream>();
  /** Message and gap frames written to sockets since the start. */
  framesWritten = 0;
  /** How often a subscription paused since the start. */
  pauses = 0;
  /** How often an event stayed missing, so that the log was read, since the start. */
  misses = 0;
  /** Messages whose time was over when they came or were to be written, since the start. */
  expired = 0;

  constructor(
    private readonly readPage: ReadPage,
    private readonly options: LocalStreamsOptions,
  ) {}

  /** How many streams there are. */
  get size(): number {
    return this.streams.size;
  }

  /** The keys of all streams; may be iterated while streams come and go. */
  keys(): IterableIterator<StreamKey> {
    return this.streams.keys();
  }

  /** The highest seq that a stream has heard of; undefined if nobody follows it. */
  highestHeard(key: StreamKey): number | undefined {
    return this.streams.get(key)?.highestHeard;
  }

  /** The subscriptions of a stream that have begun, as they are now. */
  subscribers(key: StreamKey): readonly Subscription[] {
    return this.streams.get(key)?.subscribers() ?? [];
  }

  /** Begins a subscription that notes what it hears, until `start` says where it begins. */
  follow(key: StreamKey, sink: FrameSink): Subscription {
    let stream = this.streams.get(key);
    if (stream === undefined) {
      stream = this.create(key);
      this.streams.set(key, stream);
    }
    return stream.add(sink);
  }

  /** Lets a subscription begin behind `after`; `head` was read after its connection had been registered. */
  start(key: StreamKey, subscription: Subscription, { after, head }: { readonly after: number; readonly head: number }): void {
    this.streams.get(key)?.start(subscription, after, head);
  }

  /** Ends a subscription. */
  unfollow(key: StreamKey, subscription: Subscription): void {
    const stream = this.streams.get(key);
    stream?.remove(subscription);
    if (stream?.isEmpty === true) this.streams.delete(key);
  }

  /** The socket of a subscription has room again. */
  drained(key: StreamKey, subscription: Subscription): void {
    this.streams.get(key)?.drained(subscription);
  }

  /** Calls `listener` once, when message `seq` is written to a subscription; what is returned prevents it. Never, if nobody follows the stream. */
  watch(key: StreamKey, seq: number, listener: WrittenListener): () => void {
    return this.streams.get(key)?.watch(seq, listener) ?? ((): void => undefined);
  }

  /** Takes an event; returns whether anybody here follows its stream. Of a message that has expired only its seq counts. */
  deliver(event: StreamEvent | HeadEvent): boolean {
    const stream = this.streams.get(event.stream);
    if (stream === undefined) return false;
    if (event.kind === 'head' || this.hasExpired(event)) stream.heard(event.seq);
    else
      stream.event(event.seq, () => ({
        timeMs: event.timeMs,
        expiresAtMs: event.expiresAtMs,
        frame: textFrame(encodeMessageFrame(event)),
      }));
    return true;
  }

  /** A stream has reached `seq`. */
  heard(key: StreamKey, seq: number): void {
    this.streams.get(key)?.heard(seq);
  }

  private hasExpired({ expiresAtMs }: { readonly expiresAtMs: number }): boolean {
    if (expiresAtMs > this.options.databaseNowMs()) return false;
    this.expired += 1;
    return true;
  }

  private create(key: StreamKey): LocalStream {
    const stream: LocalStream = new LocalStream(
      {
        read: (read) => {
          this.readPage(key, stream, read);
        },
        startGapTimer: () => {
          setTimeout(() => {
            stream.gapTimerFired();
          }, GAP_PATIENCE_MS);
        },
        defer: setImmediate,
        written: () => {
          this.framesWritten += 1;
        },
        paused: () => {
          this.pauses += 1;
        },
        missed: () => {
          this.misses += 1;
        },
        delivering: this.options.onDelivering,
        hasExpired: (message) => this.hasExpired(message),
      },
      this.options.limits,
    );
    return stream;
  }
}
