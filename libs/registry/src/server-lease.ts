import { systemTimers, type Timers } from '@switchboard/database';
import type { Lease, LeaseSource } from './lease';
import { afterAttempt, afterTime, leaseless, nextAction, type LeaseChange, type LeaseOutcome, type LeaseState } from './lease-rules';
import type { LeaseRequest, LeaseStore } from './lease-store';
import { NoSlotFreeError } from './no-slot-free-error';

/** Hears what becomes of a server's lease while it runs. What it throws, or its promise rejects with, goes to `leaseFailed`. */
export interface LeaseListener {
  /** Another server has the old slot, and this one leased anew: position the readers of the new slot, then register everything again. */
  leaseChanged(lease: Lease): void | Promise<void>;
  /** The lease was over for a while, and was then renewed as it was: rows counted for nothing meanwhile, so sweep all streams. */
  leaseRecovered(): void | Promise<void>;
  /** A try to acquire, renew or release failed; it is tried again. Must not throw. */
  leaseFailed(error: unknown): void;
}

/** What a server leases, and what it leases it with. */
export interface ServerLeaseOptions extends LeaseRequest {
  /** How long `start` waits for a free slot and for the database. */
  readonly waitMs: number;
  readonly timers?: Timers;
  readonly random?: () => number;
}

interface Attempt {
  readonly change: LeaseChange;
  readonly failure: Error | undefined;
}

/**
 * Keeps one slot leased for this server. The rules are in lease-rules.ts; this class sends the statements, one at a time.
 *
 * `start` acquires; then the lease is renewed every third of it. A database that is away is tried again with backoff, for as long as it
 * takes. A slot that was taken is replaced by another one. `stop` gives it back.
 */
export class ServerLease implements LeaseSource {
  private readonly timers: Timers;
  private readonly random: () => number;
  private readonly listeners: LeaseListener[] = [];
  private state: LeaseState;
  private attempt: Promise<Attempt> | undefined;
  private cancelNext: (() => void) | undefined;
  private isStopped = false;
  private offsetMs = 0;

  constructor(
    private readonly store: Pick<LeaseStore, keyof LeaseStore>,
    private readonly options: ServerLeaseOptions,
  ) {
    this.timers = options.timers ?? systemTimers;
    this.random = options.random ?? Math.random;
    this.state = leaseless(this.timers.nowMs());
  }

  /** The lease, held or lapsed; undefined before `start`, after `stop`, and between the loss of one and the next. */
  get current(): Lease | undefined {
    return this.state.status === 'leaseless' ? undefined : this.state.lease;
  }

  /** What to add to Date.now() for the database's clock, in milliseconds; good to half a round trip, as of the last renewal. */
  get databaseOffsetMs(): number {
    return this.offsetMs;
  }

  /** Whether others count this server's rows for certain. */
  isHeld(): boolean {
    return afterTime(this.state, this.timers.nowMs()).status === 'held';
  }

  /** Adds somebody who is to hear of changes after `start`. */
  listen(listener: LeaseListener): void {
    this.listeners.push(listener);
  }

  /**
   * Acquires a slot, and keeps it from then on.
   * @throws NoSlotFreeError if none became free within `waitMs`; what the last try threw if the database was away
   */
  async start(): Promise<Lease> {
    const startedAtMs = this.timers.nowMs();
    for (;;) {
      this.attempt = this.tryNext();
      const { failure } = await this.attempt;
      this.throwIfStopped();
      if (this.current !== undefined) {
        this.scheduleNext();
        return this.current;
      }
      const waitedMs = this.timers.nowMs() - startedAtMs;
      if (waitedMs >= this.options.waitMs) {
        throw failure ?? new NoSlotFreeError(await this.store.count(this.options.maxSlot), Math.round(waitedMs));
      }
      await this.sleep(Math.min(this.state.nextAtMs - this.timers.nowMs(), this.options.waitMs - waitedMs));
      this.throwIfStopped();
    }
  }

  /** Ends renewing, waits for the statement under way, and gives the slot back; if that fails, the lease ends by itself. Never rejects. */
  async stop(): Promise<void> {
    this.isStopped = true;
    this.cancelNext?.();
    await this.attempt;
    const lease = this.current;
    if (lease === undefined) return;
    this.state = leaseless(this.timers.nowMs());
    try {
      await this.store.release({ ...lease, serverId: this.options.serverId });
    } catch (error) {
      this.reportFailure(error);
    }
  }

  private throwIfStopped(): void {
    if (this.isStopped) throw new Error('stopped before it had a slot');
  }

  private scheduleNext(): void {
    if (this.isStopped) return;
    this.cancelNext = this.timers.after(Math.max(0, this.state.nextAtMs - this.timers.nowMs()), () => {
      this.attempt = this.tryNext().then((attempt) => {
        this.tell(attempt);
        this.scheduleNext();
        return attempt;
      });
    });
  }

  /** Never rejects. */
  private async tryNext(): Promise<Attempt> {
    let outcome: LeaseOutcome = { kind: 'failed' };
    let failure: Error | undefined;
    try {
      outcome = nextAction(this.state) === 'acquire' ? await this.acquire() : await this.renew();
    } catch (error) {
      failure = error instanceof Error ? error : new Error(String(error));
    }
    const rules = { leaseMs: this.options.leaseMs, random: this.random };
    const { state, change } = afterAttempt(this.state, outcome, this.timers.nowMs(), rules);
    this.state = state;
    return { change, failure };
  }

  private async acquire(): Promise<LeaseOutcome> {
    const sentAtMs = this.timers.nowMs();
    const granted = await this.store.acquire(this.options);
    if (granted === undefined) return { kind: 'none_free' };
    const { slot, epoch, databaseTimeMs } = granted;
    this.noteDatabaseTime(databaseTimeMs, sentAtMs);
    return { kind: 'acquired', lease: { slot, epoch }, sentAtMs };
  }

  private async renew(): Promise<LeaseOutcome> {
    const { serverId, leaseMs } = this.options;
    const lease = this.current;
    if (lease === undefined) throw new Error('there is no lease to renew');
    const sentAtMs = this.timers.nowMs();
    const renewal = await this.store.renew({ ...lease, serverId, leaseMs });
    if (renewal.outcome === 'taken') return { kind: 'taken' };
    this.noteDatabaseTime(renewal.databaseTimeMs, sentAtMs);
    return { kind: 'renewed', sentAtMs, hadLapsed: renewal.hadLapsed };
  }

  /** The database read its clock somewhere between sending and now; in the middle, at best guess. */
  private noteDatabaseTime(databaseTimeMs: number, sentAtMs: number): void {
    const halfRoundTripMs = (this.timers.nowMs() - sentAtMs) / 2;
    this.offsetMs = databaseTimeMs - (Date.now() - halfRoundTripMs);
  }

  private tell({ change, failure }: Attempt): void {
    if (failure !== undefined) this.reportFailure(failure);
    const lease = this.current;
    for (const listener of this.listeners) {
      if (change === 'acquired' && lease !== undefined) this.call(() => listener.leaseChanged(lease));
      if (change === 'recovered') this.call(() => listener.leaseRecovered());
    }
  }

  private call(handler: () => void | Promise<void>): void {
    Promise.resolve()
      .then(handler)
      .catch((error: unknown) => {
        this.reportFailure(error);
      });
  }

  private reportFailure(error: unknown): void {
    for (const listener of this.listeners) listener.leaseFailed(error);
  }

  private sleep(delayMs: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.timers.after(Math.max(0, delayMs), resolve);
      this.cancelNext = () => {
        cancel();
        resolve();
      };
    });
  }
}
