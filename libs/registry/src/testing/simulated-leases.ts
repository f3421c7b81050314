import type { Lease } from '../lease';
import { afterAttempt, afterTime, leaseless, nextAction, type LeaseOutcome, type LeaseRules, type LeaseState } from '../lease-rules';

interface SimulatedSlot {
  epoch: number;
  owner: string | undefined;
  leaseUntilMs: number;
}

/** The table `servers` as LeaseStore treats it, on a clock that the test turns. */
export class SimulatedLeaseTable {
  nowMs = 0;
  private readonly rows: SimulatedSlot[];

  constructor(
    slots: number,
    readonly leaseMs: number,
  ) {
    this.rows = Array.from({ length: slots }, () => ({ epoch: 0, owner: undefined, leaseUntilMs: -1 }));
  }

  acquire(owner: string): Lease | undefined {
    const free = this.rows.filter(({ leaseUntilMs }) => leaseUntilMs < this.nowMs).sort((a, b) => a.leaseUntilMs - b.leaseUntilMs)[0];
    if (free === undefined) return undefined;
    Object.assign(free, { epoch: free.epoch + 1, owner, leaseUntilMs: this.nowMs + this.leaseMs });
    return { slot: this.rows.indexOf(free) + 1, epoch: free.epoch };
  }

  renew({ slot, epoch }: Lease, owner: string): { readonly hadLapsed: boolean } | undefined {
    const row = this.rows[slot - 1];
    if (row?.epoch !== epoch || row.owner !== owner) return undefined;
    const hadLapsed = row.leaseUntilMs < this.nowMs;
    row.leaseUntilMs = this.nowMs + this.leaseMs;
    return { hadLapsed };
  }

  /** What the cleaner does to slots that lapsed long ago. */
  fence(): void {
    for (const row of this.rows)
      if (row.leaseUntilMs < this.nowMs - 2 * this.leaseMs) Object.assign(row, { epoch: row.epoch + 1, owner: undefined });
  }

  /** Whether rows with this lease count, and the server is who leases it. */
  isAlive({ slot, epoch }: Lease, owner: string): boolean {
    const row = this.rows[slot - 1];
    return row?.epoch === epoch && row.owner === owner && row.leaseUntilMs >= this.nowMs;
  }
}

/** A server that follows the lease rules, one leg of a statement at a time; between two steps it may be paused for as long as the test likes. */
export class SimulatedServer {
  state: LeaseState;
  private readonly rules: LeaseRules;
  private phase:
    | { readonly name: 'idle' }
    | { readonly name: 'sent'; readonly sentAtMs: number }
    | { readonly name: 'executed'; readonly outcome: LeaseOutcome } = { name: 'idle' };

  /** @param clockOffsetMs how far this server's clock is ahead of the database's */
  constructor(
    readonly id: string,
    private readonly table: SimulatedLeaseTable,
    private readonly clockOffsetMs: number,
  ) {
    this.rules = { leaseMs: table.leaseMs, random: () => 0.5 };
    this.state = leaseless(this.nowMs);
  }

  get nowMs(): number {
    return this.table.nowMs + this.clockOffsetMs;
  }

  get lease(): Lease | undefined {
    return this.state.status === 'leaseless' ? undefined : this.state.lease;
  }

  get isHeld(): boolean {
    return afterTime(this.state, this.nowMs).status === 'held';
  }

  /** Sends the statement that is due, executes the one that was sent, or takes its answer; a lost one counts as failed. */
  step(isLost: boolean): void {
    const { phase } = this;
    if (phase.name === 'idle') {
      if (this.nowMs >= this.state.nextAtMs) this.phase = { name: 'sent', sentAtMs: this.nowMs };
    } else if (phase.name === 'sent') {
      if (isLost) this.take({ kind: 'failed' });
      else this.phase = { name: 'executed', outcome: this.execute(phase.sentAtMs) };
    } else {
      this.take(isLost ? { kind: 'failed' } : phase.outcome);
    }
  }

  private execute(sentAtMs: number): LeaseOutcome {
    if (nextAction(this.state) === 'acquire' || this.lease === undefined) {
      const lease = this.table.acquire(this.id);
      return lease === undefined ? { kind: 'none_free' } : { kind: 'acquired', lease, sentAtMs };
    }
    const renewal = this.table.renew(this.lease, this.id);
    return renewal === undefined ? { kind: 'taken' } : { kind: 'renewed', sentAtMs, hadLapsed: renewal.hadLapsed };
  }

  private take(outcome: LeaseOutcome): void {
    this.phase = { name: 'idle' };
    this.state = afterAttempt(this.state, outcome, this.nowMs, this.rules).state;
  }
}
