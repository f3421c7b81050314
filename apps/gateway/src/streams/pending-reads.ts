import { type Subscription } from './subscription';

/** A read of the page behind `after` that has begun. */
export interface PageRead {
  readonly after: number;
  /** The highest seq the stream had heard of when the read began. */
  readonly highestAtStart: number;
}

/**
 * Which subscriptions of a stream wait for which page. Those that need the same page share one read, if it began after they asked: an
 * earlier one may have missed what they are waiting for.
 */
export class PendingReads {
  private readonly wanted = new Map<number, Set<Subscription>>();
  private readonly begun = new Map<number, { readonly read: PageRead; readonly readers: Set<Subscription> }>();

  get isEmpty(): boolean {
    return this.wanted.size === 0 && [...this.begun.values()].every(({ readers }) => readers.size === 0);
  }

  /** All who wait for a page. */
  *waiting(): Generator<Subscription> {
    for (const readers of this.wanted.values()) yield* readers;
    for (const { readers } of this.begun.values()) yield* readers;
  }

  /** A subscription needs the page behind `after`. */
  want(subscription: Subscription, after: number): void {
    const others = this.wanted.get(after);
    if (others === undefined) this.wanted.set(after, new Set([subscription]));
    else others.add(subscription);
  }

  /** The reads that can begin now: one a page, and not while an earlier one for that page is under way. */
  begin(highestAtStart: number): readonly PageRead[] {
    const reads: PageRead[] = [];
    for (const [after, readers] of this.wanted) {
      if (this.begun.has(after)) continue;
      const read = { after, highestAtStart };
      this.wanted.delete(after);
      this.begun.set(after, { read, readers });
      reads.push(read);
    }
    return reads;
  }

  /** Those who still wait for a read that has begun; whoever has got its page is to be taken out. */
  readersOf(read: PageRead): Set<Subscription> {
    const begun = this.begun.get(read.after);
    return begun?.read === read ? begun.readers : new Set();
  }

  /** A read is over: those who still wait for it. */
  finish(read: PageRead): ReadonlySet<Subscription> {
    const readers = this.readersOf(read);
    if (this.begun.get(read.after)?.read === read) this.begun.delete(read.after);
    return readers;
  }

  /** A subscription waits for nothing any more. */
  leave(subscription: Subscription): void {
    const others = this.wanted.get(subscription.position);
    if (others?.delete(subscription) === true && others.size === 0) this.wanted.delete(subscription.position);
    this.begun.get(subscription.position)?.readers.delete(subscription);
  }
}
