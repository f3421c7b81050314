import { randomUUID } from 'node:crypto';
import { SwitchboardError } from '@switchboard/protocol';
import { type Reply, type ReplyAddress } from '@switchboard/protocol/events';

/** Where answers reach this process. */
export interface OwnSlot {
  /** Undefined while it has none: then nobody can answer. */
  readonly slot: number | undefined;
  /** What to add to Date.now() for the database's clock, in milliseconds. */
  readonly databaseOffsetMs: number;
}

/** Answers that are being waited for. */
export interface AwaitedReplies {
  readonly address: ReplyAddress;
  /** When nobody waits any more, in milliseconds since 1970, on the database's clock. */
  readonly deadlineMs: number;
  /** All that came: once there are as many as were expected, the time is over, or it was given up. Never rejects. */
  readonly replies: Promise<readonly Reply[]>;
  /** As many are expected as are known by now; 0 is enough at once. */
  readonly expect: (count: number) => void;
}

interface Waiter {
  readonly got: Reply[];
  expected: number;
  readonly settle: () => void;
}

/** Brings answers that come over the bus to those who wait for them. Bounded: by a number of waiters, and each by its time. */
export class AwaitReplies {
  private readonly waiters = new Map<string, Waiter>();
  private isClosed = false;

  /** @param mostWaiters how many may wait at once */
  constructor(
    private readonly own: OwnSlot,
    private readonly mostWaiters: number,
  ) {}

  /** How many wait. */
  get size(): number {
    return this.waiters.size;
  }

  /**
   * Begins to wait; until `expect` says otherwise, for one answer.
   * @throws SwitchboardError `overloaded` if too many wait; `unavailable` if this process has no slot to be answered at
   */
  begin(timeoutMs: number): AwaitedReplies {
    const { slot, databaseOffsetMs } = this.own;
    if (slot === undefined || this.isClosed) throw new SwitchboardError('unavailable', 'This process cannot be answered at the moment.');
    if (this.waiters.size >= this.mostWaiters) throw new SwitchboardError('overloaded', 'Too many requests wait for answers.');
    const id = randomUUID();
    let resolve: (replies: readonly Reply[]) => void;
    const replies = new Promise<readonly Reply[]>((resolver) => (resolve = resolver));
    const settle = (): void => {
      clearTimeout(timer);
      if (this.waiters.delete(id)) resolve(waiter.got);
    };
    const waiter: Waiter = { got: [], expected: 1, settle };
    const timer = setTimeout(settle, timeoutMs);
    this.waiters.set(id, waiter);
    return {
      address: { slot, id },
      deadlineMs: Math.round(Date.now() + databaseOffsetMs + timeoutMs),
      replies,
      expect: (count) => {
        waiter.expected = count;
        if (waiter.got.length >= count) settle();
      },
    };
  }

  /** An answer has come; one that nobody waits for any more is dropped. */
  replied(id: string, reply: Reply): void {
    const waiter = this.waiters.get(id);
    if (waiter === undefined) return;
    waiter.got.push(reply);
    if (waiter.got.length >= waiter.expected) waiter.settle();
  }

  /** The process is about to go: whoever waits gets what has come by now. */
  close(): void {
    this.isClosed = true;
    for (const { settle } of this.waiters.values()) settle();
  }
}
