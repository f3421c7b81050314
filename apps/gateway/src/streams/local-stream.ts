import { PendingReads, type PageRead } from './pending-reads';
import { type Frame, type FrameSink, Subscription } from './subscription';

/** One step of a page: a message (through = after + 1), or a gap. */
export interface PageEntry {
  readonly after: number;
  readonly through: number;
  readonly frame: Frame;
}

/** A page of the log: its entries cover everything after the read's `after` to `through`. */
export interface StreamPage {
  readonly entries: readonly PageEntry[];
  readonly through: number;
  /** The last seq given out when the page was read. */
  readonly head: number;
}

/** What a stream asks of the world around it. */
export interface StreamEffects {
  /** Read the page behind `read.after` from the log, and answer with `pageRead` or `readFailed`. It must begin after this call. */
  read(read: PageRead): void;
  /** Call `gapTimerFired` once, in a little while. */
  startGapTimer(): void;
  /** Call back soon, after other work has had its turn. */
  defer(callback: () => void): void;
  /** A frame was written. */
  written(): void;
  /** A subscription pauses. */
  paused(): void;
}

/** Limits of a stream. */
export interface StreamLimits {
  /** Events held while an earlier one is missing. */
  readonly heldEvents: number;
  /** Their bytes. */
  readonly heldBytes: number;
  /** Sockets written to before other work has its turn. */
  readonly sliceSize: number;
}

/**
 * A stream on one server: keeps one position that its live subscriptions share, and the highest seq it has heard of. It does no I/O, so
 * that order, no loss and no duplicates can be tested to death; see SubscriptionState for the states of a subscription.
 *
 * On event n: n = position + 1 is written to the live subscriptions, n ≤ position is dropped, a later one is held a little while since
 * two senders' events often swap. What is still missing then is read from the log, by those subscriptions that miss it.
 */
export class LocalStream {
  private readonly starting = new Set<Subscription>();
  private readonly live = new Set<Subscription>();
  private readonly pausedOnes = new Set<Subscription>();
  private readonly reads = new PendingReads();
  private readonly held = new Map<number, Frame>();
  private heldBytes = 0;
  /** All up to here has been written to every live subscription; those that joined ahead of it have a higher position of their own. */
  private position = 0;
  private highest = 0;
  private isGapTimerRunning = false;
  private fanOut: { readonly seq: number; readonly frame: Frame; readonly rest: Iterator<Subscription> } | undefined;

  constructor(
    private readonly effects: StreamEffects,
    private readonly limits: StreamLimits,
  ) {}

  /** The highest seq heard of: what the reconcile round compares with the head of the log. */
  get highestHeard(): number {
    return this.highest;
  }

  /** Whether nobody follows the stream here. */
  get isEmpty(): boolean {
    return this.starting.size + this.live.size + this.pausedOnes.size === 0 && this.reads.isEmpty;
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

  /** Event `seq` has come. The frame is only made if somebody may get it from here. */
  event(seq: number, makeFrame: () => Frame): void {
    if (this.live.size > 0 && seq > this.position && seq !== this.fanOut?.seq) this.hold(seq, makeFrame);
    this.heard(seq);
  }

  /** The stream has reached `seq`, as an event without payload or the reconcile round says. */
  heard(seq: number): void {
    this.highest = Math.max(this.highest, seq);
    this.advance();
  }

  /** The time for a missing event is over: whoever misses it reads the log. */
  gapTimerFired(): void {
    this.isGapTimerRunning = false;
    if (this.fanOut !== undefined) {
      this.watchForGap();
      return;
    }
    if (this.position >= this.highest) return;
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
    const readers = this.reads.finish(read);
    this.learnHead(read, page.head);
    for (const subscription of readers) {
      if (this.writePage(subscription, page)) this.settle(subscription);
      else this.pause(subscription);
    }
    this.startReads();
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
  }

  private pause(subscription: Subscription): void {
    this.effects.paused();
    subscription.state = 'paused';
    this.live.delete(subscription);
    this.pausedOnes.add(subscription);
  }

  /** False: the socket is full, and the position is where it stopped. */
  private writePage(subscription: Subscription, { entries, through }: StreamPage): boolean {
    for (const entry of entries) {
      subscription.position = entry.through;
      this.effects.written();
      if (!subscription.sink.write(entry.frame)) return false;
    }
    subscription.position = Math.max(subscription.position, through);
    return true;
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
      for (const seq of this.held.keys()) this.release(seq);
    }
    this.watchForGap();
  }

  private hold(seq: number, makeFrame: () => Frame): void {
    if (this.held.has(seq)) return;
    const isNext = seq === this.position + 1;
    if (!isNext && this.held.size >= this.limits.heldEvents) return;
    const frame = makeFrame();
    if (!isNext && this.heldBytes + frame.length > this.limits.heldBytes) return;
    this.held.set(seq, frame);
    this.heldBytes += frame.length;
  }

  private release(seq: number): Frame | undefined {
    const frame = this.held.get(seq);
    if (frame === undefined) return undefined;
    this.held.delete(seq);
    this.heldBytes -= frame.length;
    return frame;
  }

  private moveTo(position: number): void {
    this.position = position;
    for (const seq of this.held.keys()) if (seq <= position) this.release(seq);
  }

  private advance(): void {
    while (this.fanOut === undefined) {
      const frame = this.release(this.position + 1);
      if (frame === undefined) break;
      this.fanOut = { seq: this.position + 1, frame, rest: this.live.values() };
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
      this.writeLive(next.value, seq, frame);
    }
    this.effects.defer(() => {
      this.writeSlice();
      if (this.fanOut === undefined) this.advance();
    });
  }

  private writeLive(subscription: Subscription, seq: number, frame: Frame): void {
    if (seq <= subscription.position) return;
    subscription.position = seq;
    this.effects.written();
    if (!subscription.sink.write(frame)) this.pause(subscription);
  }

  private watchForGap(): void {
    if (this.isGapTimerRunning || this.live.size === 0 || this.position >= this.highest) return;
    this.isGapTimerRunning = true;
    this.effects.startGapTimer();
  }
}
