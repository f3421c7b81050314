import { LocalStream, type PageEntry, type StreamEffects, type StreamPage } from '../local-stream';
import { type PageRead } from '../pending-reads';
import { type Frame } from '../../frames/web-socket-frame';
import { type MessageFrameBytes } from '../recent-frames';
import { type FrameSink, type Subscription } from '../subscription';

/** Limits that are soon reached. */
export const LIMITS = { heldEvents: 4, heldBytes: 1_000, sliceSize: 2 };
const PAGE_ROWS = 3;

const nothing = (): undefined => undefined;

/** A world that does nothing. */
export const NO_EFFECTS: StreamEffects = {
  read: nothing,
  startGapTimer: nothing,
  defer: nothing,
  written: nothing,
  delivering: nothing,
  missed: nothing,
  paused: nothing,
  hasExpired: () => false,
};

/** The log of one stream: seq 1, 2, 3, …; what has expired is no longer there. */
export class Log {
  head = 0;
  private readonly expired = new Set<number>();

  append(): number {
    this.head += 1;
    return this.head;
  }

  expire(seq: number): void {
    this.expired.add(seq);
  }

  isExpired(seq: number): boolean {
    return this.expired.has(seq);
  }

  page(after: number): StreamPage {
    const entries: PageEntry[] = [];
    let position = after;
    for (let seq = after + 1, rows = 0; seq <= this.head && rows < PAGE_ROWS; seq += 1) {
      if (this.expired.has(seq)) continue;
      if (seq > position + 1) entries.push(entryOf(position, seq - 1));
      entries.push({ ...entryOf(seq - 1, seq), timeMs: 0 });
      position = seq;
      rows += 1;
    }
    const isCut = entries.filter(({ after: a, through }) => through === a + 1).length >= PAGE_ROWS;
    const through = isCut ? position : Math.max(this.head, after);
    if (through > position) entries.push(entryOf(position, through));
    return { entries, through, head: this.head };
  }
}

function entryOf(after: number, through: number): PageEntry {
  return { after, through, frame: frameOf(after, through) };
}

function frameOf(after: number, through: number): Frame {
  return Buffer.from(`${String(after)}-${String(through)}`);
}

/** The message `seq`, as an event brings it. What expires is known by its number, which stands for its time. */
export function messageOf(seq: number): MessageFrameBytes {
  return { frame: frameOf(seq - 1, seq), timeMs: 0, expiresAtMs: seq };
}

/** A socket that checks, at every write, that nothing is missing, repeated or out of order. */
export class CheckedSocket implements FrameSink {
  position: number | undefined;
  room = Infinity;
  isFull = false;

  get hasRoom(): boolean {
    return !this.isFull;
  }

  write(frame: Frame): boolean {
    const [after, through] = frame.toString().split('-').map(Number) as [number, number];
    if (this.isFull) throw new Error(`wrote ${String(frame)} to a full socket`);
    if (after !== this.position) throw new Error(`wrote ${String(frame)} at ${String(this.position)}`);
    this.position = through;
    this.room -= 1;
    this.isFull = this.room <= 0;
    return !this.isFull;
  }
}

/** Somebody who follows the stream. */
export interface Follower {
  readonly socket: CheckedSocket;
  readonly subscription: Subscription;
  /** The head, read from the log once the connection was registered; undefined while that is under way. */
  hasStarted: boolean;
  hasLeft: boolean;
}

/** A stream in a world where everything can go wrong, and everything happens only when the test says so. */
export class World {
  readonly log = new Log();
  readonly followers: Follower[] = [];
  readonly undelivered: number[] = [];
  private readonly reads: { readonly read: PageRead; page?: StreamPage }[] = [];
  private readonly deferred: (() => void)[] = [];
  private gapTimers = 0;
  readonly stream = new LocalStream(
    {
      ...NO_EFFECTS,
      read: (read) => this.reads.push({ read }),
      startGapTimer: () => (this.gapTimers += 1),
      defer: (callback) => this.deferred.push(callback),
      hasExpired: ({ expiresAtMs }) => this.log.isExpired(expiresAtMs),
    },
    LIMITS,
  );

  append(): void {
    this.undelivered.push(this.log.append());
  }

  deliver(seq: number): void {
    if (this.log.isExpired(seq)) this.stream.heard(seq);
    else this.stream.event(seq, () => messageOf(seq));
  }

  join(): Follower {
    const socket = new CheckedSocket();
    const follower = { socket, subscription: this.stream.add(socket), hasStarted: false, hasLeft: false };
    this.followers.push(follower);
    return follower;
  }

  start(follower: Follower, back: number): void {
    follower.hasStarted = true;
    const after = Math.max(0, this.log.head - back);
    follower.socket.position = after;
    this.stream.start(follower.subscription, after, this.log.head);
  }

  leave(follower: Follower): void {
    follower.hasLeft = true;
    this.stream.remove(follower.subscription);
  }

  drain(follower: Follower): void {
    follower.socket.room = Infinity;
    if (!follower.socket.isFull) return;
    follower.socket.isFull = false;
    this.stream.drained(follower.subscription);
  }

  /** The database takes its snapshot: later appends are not in the page. */
  snapshot(index: number): void {
    const pending = this.reads.filter(({ page }) => page === undefined)[index];
    if (pending !== undefined) pending.page = this.log.page(pending.read.after);
  }

  answer(index: number, fails: boolean): void {
    const pending = this.reads[index];
    if (pending === undefined) return;
    this.reads.splice(index, 1);
    if (fails) this.stream.readFailed(pending.read);
    else this.stream.pageRead(pending.read, pending.page ?? this.log.page(pending.read.after));
  }

  fireGapTimer(): void {
    if (this.gapTimers === 0) return;
    this.gapTimers -= 1;
    this.stream.gapTimerFired();
  }

  runDeferred(): void {
    this.deferred.shift()?.();
  }

  /** Quiet falls: sockets drain, reads are answered, and a reconcile round tells the head. */
  settle(): void {
    for (const follower of this.followers) if (!follower.hasStarted) this.start(follower, 0);
    this.stream.heard(this.log.head);
    for (let steps = 0; steps < 10_000; steps += 1) {
      for (const follower of this.followers) this.drain(follower);
      if (this.reads.length === 0 && this.gapTimers === 0 && this.deferred.length === 0) return;
      this.answer(0, false);
      this.runDeferred();
      this.fireGapTimer();
    }
    throw new Error('never comes to rest');
  }
}
