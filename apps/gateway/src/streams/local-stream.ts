import { type Frame } from '../frames/web-socket-frame';
import { PendingReads, type PageRead } from './pending-reads';
import { type MessageFrameBytes, RecentFrames, type RecentFramesLimits } from './recent-frames';
import { type FrameSink, Subscription } from './subscription';
import { WrittenWatches, type WrittenListener } from './written-watches';

/** One step of a page: a message (through = after + 1), or a gap. */
export interface PageEntry {
  readonly after: number;
  readonly through: number;
  readonly frame: Frame;
  /** When the message was committed; a gap has no time. */
  readonly timeMs?: number;
}

/** A page of the log: its entries cover everything after the read's `after` to `through`. */
export interface StreamPage {
  readonly entries: readonly PageEntry[];
  readonly through: number;
  /** The last seq given out when the page was read. */
  readonly head: number;
}

/** How a message came to be written: as an event, or read from the log. */
export type DeliveryWay = 'event' | 'log';

/** What a stream asks of the world around it, and tells it. */
export interface StreamEffects {
  /** Read the page behind `read.after` from the log, and answer with `pageRead` or `readFailed`. It must begin after this call. */
  read(read: PageRead): void;
  /** Call `gapTimerFired` once, in a little while. */
  startGapTimer(): void;
  /** Call back soon, after other work has had its turn. */
  defer(callback: () => void): void;
  /** A message that was committed at `timeMs` begins to be written. */
  delivering(timeMs: number, way: DeliveryWay): void;
  /** Whether the time of a message that came as an event is over: then it is not written, and the log says what became of it. */
  hasExpired(message: MessageFrameBytes): boolean;
  /** A frame was written to a socket. */
  written(): void;
  /** An event stayed missing: whoever misses it reads the log. */
  missed(): void;
  /** A subscription pauses. */
  paused(): void;
}

/** Limits of a stream. */
export interface StreamLimits extends RecentFramesLimits {
  /** Frames written to sockets before other work has its turn. */
  readonly sliceSize: number;
}

interface FanOut extends MessageFrameBytes {
  readonly seq: number;
  readonly rest: Iterator<Subscription>;
}

/**
 * A stream on one server: keeps one position that its live subscriptions share, and the highest seq it has heard of. It does no I/O, so
 * that order, no loss and no duplicates can be tested to death; see SubscriptionState for the states of a subscription.
 *
 * On event n: n = position + 1 is written to the live subscriptions, n ≤ position is dropped, a later one is held a little while since
 * two senders' events often swap. What is still missing then is read from the log, by those subscriptions that miss it. Events that come
 * while somebody reads are held as well: a stream that is always a little ahead of its readers would keep them reading for ever.
 */
export class LocalStream {
  private readonly starting = new Set<Subscription>();
  private readonly live = new Set<Subscription>();
  private readonly pausedOnes = new Set<Subscription>();
  private readonly reads = new PendingReads();
  private readonly recent: RecentFrames;
  /** All up to here has been written to every live subscription; those that joined ahead of it have a higher position of their own. */
  private position = 0;
  private highest = 0;
  /** The position at which the timer that runs was started. */
  private watchedPosition: number | undefined;
  private fanOut: FanOut | undefined;
  /** Only while somebody watches: that is rare, and messages should not pay for it. */
  private watches: WrittenWatches | undefined;

  constructor(
    private readonly effects: StreamEffects,
    private readonly limits: StreamLimits,
  ) {
    this.recent = new RecentFrames(limits);
  }

  /** The highest seq heard of: what the reconcile round compares with the head of the log. */
  get highestHeard(): number {
    return this.highest;
  }

  /** Whether nobody follows the stream here. */
  get isEmpty(): boolean {
    return this.starting.size + this.live.size + this.pausedOnes.size === 0 && this.reads.isEmpty;
  }

  /** The subscriptions that have begun, as they are now. */
  subscribers(): readonly Subscription[] {
    return [...this.live, ...this.pausedOnes, ...this.reads.waiting()];
  }

  /** Begins a subscription before its connection is registered: from now on what is heard is noted for it. */
  add(sink: FrameSink): Subscription {
    const subscription = new Subscription(sink);
    this.starting.add(subscription);
    return subscription;
  }

  /** Lets a subscription begin behind `after`; `head` is the stream's head, read after the registration had committed. */
  start(subscription: Subscription, after: number, head: number): void {
    if (!this.starting.delete(subscription)) return;
    subscription.position = after;
    this.highest = Math.max(this.highest, head);
    this.settle(subscription);
    this.startReads();
  }

  /** Ends a subscription: nothing is written to it any more. */
  remove(subscription: Subscription): void {
    subscription.state = 'ended';
    this.starting.delete(subscription);
    this.live.delete(subscription);
    this.pausedOnes.delete(subscription);
    this.reads.leave(subscription);
  }

  /** Calls `listener` once, when the message `seq` is written to a subscription that has not got it yet; what is returned prevents it. */
  watch(seq: number, listener: WrittenListener): () => void {
    this.watches ??= new WrittenWatches();
    this.watches.add(seq, listener);
    return () => {
      this.watches?.remove(seq, listener);
      if (this.watches?.isEmpty === true) this.watches = undefined;
    };
  }

  /** Event `seq` has come. The frame is only made if somebody may get it from here. */
  event(seq: number, makeMessage: () => MessageFrameBytes): void {
    const isNews = this.live.size > 0 && seq > this.position && seq !== this.fanOut?.seq;
    if ((isNews || !this.reads.isEmpty) && !this.recent.has(seq)) {
      this.recent.add(seq, makeMessage(), this.position, isNews && seq === this.position + 1);
    }
    this.heard(seq);
  }

  /** The stream has reached `seq`, as an event without payload or the reconcile round says. */
  heard(seq: number): void {
    this.highest = Math.max(this.highest, seq);
    this.advance();
  }

  /** The time for a missing event is over: whoever misses it reads the log. */
  gapTimerFired(): void {
    const hasMoved = this.watchedPosition !== this.position;
    this.watchedPosition = undefined;
    if (hasMoved || this.fanOut !== undefined) {
      this.watchForGap();
      return;
    }
    if (this.position >= this.highest) return;
    this.effects.missed();
    for (const subscription of this.live) {
      if (subscription.position >= this.highest) continue;
      this.live.delete(subscription);
      this.settle(subscription);
    }
    this.moveTo(this.highest);
    this.startReads();
  }

  /** The answer to a read: written to those who still wait for it. */
  pageRead(read: PageRead, page: StreamPage): void {
    this.learnHead(read, page.head);
    for (const { timeMs } of page.entries) if (timeMs !== undefined) this.effects.delivering(timeMs, 'log');
    this.writePageSlice(read, page);
  }

  /** A read has failed: it is asked for again. */
  readFailed(read: PageRead): void {
    for (const subscription of this.reads.finish(read)) this.settle(subscription);
    this.startReads();
  }

  /** The socket of a subscription has drained: it goes on where it paused. */
  drained(subscription: Subscription): void {
    if (!this.pausedOnes.delete(subscription)) return;
    this.settle(subscription);
    this.startReads();
  }

  private settle(subscription: Subscription): void {
    if (subscription.position < this.highest) {
      subscription.state = 'catching-up';
      this.reads.want(subscription, subscription.position);
      return;
    }
    if (this.live.size === 0) this.moveTo(this.highest);
    subscription.state = 'live';
    this.live.add(subscription);
  }

  private startReads(): void {
    for (const read of this.reads.begin(this.highest)) this.effects.read(read);
    if (this.reads.isEmpty) this.recent.dropThrough(this.position);
  }

  private pause(subscription: Subscription): void {
    this.effects.paused();
    subscription.state = 'paused';
    this.live.delete(subscription);
    this.pausedOnes.add(subscription);
  }

  /** Writes a page to as many of its readers as make a slice; the rest follow when other work has had its turn. */
  private writePageSlice(read: PageRead, page: StreamPage): void {
    const readers = this.reads.readersOf(read);
    let frames = 0;
    for (const subscription of readers) {
      if (frames >= this.limits.sliceSize) {
        this.effects.defer(() => {
          this.writePageSlice(read, page);
        });
        return;
      }
      readers.delete(subscription);
      frames += 1 + page.entries.length;
      if (this.writePage(subscription, page) && this.writeRecent(subscription)) this.settle(subscription);
      else this.pause(subscription);
    }
    this.reads.finish(read);
    this.startReads();
    this.watchForGap();
  }

  /** False: the socket is full, and the position is where it stopped. */
  private writePage(subscription: Subscription, { entries, through }: StreamPage): boolean {
    for (const entry of entries) {
      const isMessage = entry.timeMs !== undefined;
      if (!(isMessage ? this.writeMessage(subscription, entry.through, entry.frame) : this.write(subscription, entry.through, entry.frame)))
        return false;
    }
    subscription.position = Math.max(subscription.position, through);
    return true;
  }

  /** What came while the page was read goes on from there. */
  private writeRecent(subscription: Subscription): boolean {
    for (let next = this.nextRecent(subscription.position); next !== undefined; next = this.nextRecent(subscription.position)) {
      if (!this.writeMessage(subscription, subscription.position + 1, next.frame)) return false;
    }
    return true;
  }

  private writeMessage(subscription: Subscription, seq: number, frame: Frame): boolean {
    const hasRoom = this.write(subscription, seq, frame);
    if (this.watches !== undefined) this.tellWritten(this.watches, seq, subscription);
    return hasRoom;
  }

  private tellWritten(watches: WrittenWatches, seq: number, subscription: Subscription): void {
    watches.written(seq, subscription);
    if (watches.isEmpty) this.watches = undefined;
  }

  /** The message behind a position, unless it is not here or its time is over. */
  private nextRecent(position: number): MessageFrameBytes | undefined {
    const next = this.recent.get(position + 1);
    if (next === undefined || !this.effects.hasExpired(next)) return next;
    this.recent.delete(position + 1);
    return undefined;
  }

  private write(subscription: Subscription, position: number, frame: Frame): boolean {
    subscription.position = position;
    this.effects.written();
    return subscription.sink.write(frame);
  }

  /**
   * Events come after their commit, so a read that began after `highest` was heard of sees at least that head. A lower one means that
   * the hint was wrong or that the database was restored to an earlier state: then the log is right.
   */
  private learnHead(read: PageRead, head: number): void {
    if (head >= this.highest) {
      this.highest = head;
    } else if (this.highest === read.highestAtStart && this.fanOut === undefined) {
      this.highest = head;
      this.position = Math.min(this.position, head);
      this.recent.clear();
    }
  }

  private moveTo(position: number): void {
    this.position = position;
    if (this.reads.isEmpty) this.recent.dropThrough(position);
  }

  private advance(): void {
    while (this.fanOut === undefined && this.live.size > 0) {
      const seq = this.position + 1;
      const next = this.nextRecent(this.position);
      if (next === undefined) break;
      if (this.reads.isEmpty) this.recent.delete(seq);
      this.fanOut = { seq, ...next, rest: this.live.values() };
      this.effects.delivering(next.timeMs, 'event');
      this.writeSlice();
    }
    this.watchForGap();
  }

  /** Writes one frame to as many live subscriptions as make a slice; the rest follow when other work has had its turn. */
  private writeSlice(): void {
    if (this.fanOut === undefined) return;
    const { seq, frame, rest } = this.fanOut;
    for (let written = 0; written < this.limits.sliceSize; written += 1) {
      const next = rest.next();
      if (next.done === true) {
        this.fanOut = undefined;
        this.position = seq;
        return;
      }
      if (seq > next.value.position && !this.writeMessage(next.value, seq, frame)) this.pause(next.value);
    }
    this.effects.defer(() => {
      this.writeSlice();
      if (this.fanOut === undefined) this.advance();
    });
  }

  private watchForGap(): void {
    if (this.watchedPosition !== undefined || this.live.size === 0 || this.position >= this.highest) return;
    this.watchedPosition = this.position;
    this.effects.startGapTimer();
  }
}
