/** What became of a wish: `superseded` if a later wish for the same key took its place before it was carried out. */
export type WishOutcome = 'applied' | 'superseded';

/** Hears of one wish, once. */
export interface WishWaiter {
  settle(outcome: WishOutcome): void;
  fail(error: unknown): void;
}

/** A key, and the value that is to be recorded for it. */
export interface Change<Key, Value> {
  readonly key: Key;
  readonly value: Value;
}

interface Wish<Value> {
  readonly value: Value;
  readonly waiters: WishWaiter[];
}

interface Entry<Value> {
  /** Being carried out. */
  inFlight?: Wish<Value> | undefined;
  /** To be carried out next. */
  next?: Wish<Value> | undefined;
}

/**
 * Remembers, for keys whose recorded value is not yet the wanted one, what is wanted and what is under way. No I/O.
 *
 * At most one operation is under way per key, and the last wanted value wins: wishes in between are skipped. Values are compared by
 * identity; a wish for the value that is under way is fulfilled by it. A key without an entry is settled, and costs no memory.
 */
export class WantedState<Key, Value> {
  private readonly entries = new Map<Key, Entry<Value>>();
  /** Keys with a next wish and nothing under way, oldest wish first. */
  private readonly due = new Set<Key>();

  /** How many keys are not settled. */
  get pending(): number {
    return this.entries.size;
  }

  /** Whether `take` would give anything. */
  get hasDue(): boolean {
    return this.due.size > 0;
  }

  /** Wants `value` to be recorded for `key`. */
  want(key: Key, value: Value, waiter: WishWaiter): void {
    const entry = this.entries.get(key) ?? {};
    this.entries.set(key, entry);
    if (entry.next !== undefined && Object.is(entry.next.value, value)) {
      entry.next.waiters.push(waiter);
      return;
    }
    settle(entry.next, 'superseded');
    entry.next = { value, waiters: [waiter] };
    if (entry.inFlight === undefined) this.due.add(key);
  }

  /** Up to `max` changes to carry out now; each must be followed by `applied`, `retry` or `refused`. */
  take(max: number): readonly Change<Key, Value>[] {
    const changes: Change<Key, Value>[] = [];
    for (const key of this.due) {
      if (changes.length >= max) break;
      this.due.delete(key);
      const entry = this.entries.get(key);
      if (entry?.next === undefined) continue;
      entry.inFlight = entry.next;
      entry.next = undefined;
      changes.push({ key, value: entry.inFlight.value });
    }
    return changes;
  }

  /** The change under way for `key` has been recorded. */
  applied(key: Key): void {
    const { entry, wish } = this.landed(key);
    settle(wish, 'applied');
    if (entry.next !== undefined && Object.is(entry.next.value, wish.value)) {
      settle(entry.next, 'applied');
      entry.next = undefined;
    }
    this.goOn(key, entry);
  }

  /** Whether the change under way for `key` was recorded is not known; it is due again, unless something else is wanted by now. */
  retry(key: Key): void {
    const { entry, wish } = this.landed(key);
    if (entry.next === undefined) entry.next = wish;
    else if (Object.is(entry.next.value, wish.value)) entry.next.waiters.unshift(...wish.waiters);
    else settle(wish, 'superseded');
    this.goOn(key, entry);
  }

  /** The change under way for `key` can never be recorded. */
  refused(key: Key, error: unknown): void {
    const { entry, wish } = this.landed(key);
    fail(wish, error);
    if (entry.next !== undefined && Object.is(entry.next.value, wish.value)) {
      fail(entry.next, error);
      entry.next = undefined;
    }
    this.goOn(key, entry);
  }

  /** Gives up everything that is not under way. */
  abandon(error: unknown): void {
    for (const [key, entry] of this.entries) {
      if (entry.next !== undefined) fail(entry.next, error);
      entry.next = undefined;
      if (entry.inFlight === undefined) this.entries.delete(key);
    }
    this.due.clear();
  }

  private landed(key: Key): { readonly entry: Entry<Value>; readonly wish: Wish<Value> } {
    const entry = this.entries.get(key);
    const wish = entry?.inFlight;
    if (entry === undefined || wish === undefined) throw new Error('no change is under way for this key');
    entry.inFlight = undefined;
    return { entry, wish };
  }

  private goOn(key: Key, entry: Entry<Value>): void {
    if (entry.next === undefined) this.entries.delete(key);
    else this.due.add(key);
  }
}

function settle<Value>(wish: Wish<Value> | undefined, outcome: WishOutcome): void {
  for (const waiter of wish?.waiters ?? []) waiter.settle(outcome);
}

function fail<Value>(wish: Wish<Value>, error: unknown): void {
  for (const waiter of wish.waiters) waiter.fail(error);
}
