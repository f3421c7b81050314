import type { Lease } from './lease';

/** The times by which leases are kept. */
export interface LeaseRules {
  readonly leaseMs: number;
  /** From 0 to below 1; spreads the tries of servers that failed together. */
  readonly random: () => number;
}

/**
 * What a server knows of its lease. All moments are on its own monotonic clock.
 *
 * - `leaseless`: enters at the start, and when another server took the slot; leaves by acquiring → held.
 * - `held`: enters by acquiring or renewing; leaves when its time is over → lapsed, or when the slot was taken → leaseless.
 * - `lapsed`: others ignore this server's rows by now, or will; the slot may still be nobody else's. Leaves by renewing → held, or when the
 *   slot was taken → leaseless.
 */
export type LeaseState =
  | { readonly status: 'leaseless'; readonly failures: number; readonly nextAtMs: number }
  | { readonly status: 'held'; readonly lease: Lease; readonly untilMs: number; readonly failures: number; readonly nextAtMs: number }
  | { readonly status: 'lapsed'; readonly lease: Lease; readonly failures: number; readonly nextAtMs: number };

/** What became of a try to acquire or renew. */
export type LeaseOutcome =
  | { readonly kind: 'acquired'; readonly lease: Lease; readonly sentAtMs: number }
  | { readonly kind: 'none_free' }
  /** `hadLapsed`: by the database's clock it was over already. */
  | { readonly kind: 'renewed'; readonly sentAtMs: number; readonly hadLapsed: boolean }
  | { readonly kind: 'taken' }
  /** The database is away, or did not answer in time; whether the statement took effect is not known. */
  | { readonly kind: 'failed' };

/** What the owner of the lease has to act upon; undefined: nothing. */
export type LeaseChange = 'acquired' | 'recovered' | 'taken' | undefined;

/** Renewals are due every third of a lease, so that two may fail. */
const RENEWALS_PER_LEASE = 3;
/** The first retry comes after a fiftieth of a lease (200 ms of 10 s); each further one after twice as long, up to a third. */
const FIRST_RETRY_PER_LEASE = 50;
const MOST_DOUBLINGS = 10;

/** A server that has just started; its first try is due at once. */
export function leaseless(nowMs: number): LeaseState {
  return { status: 'leaseless', failures: 0, nextAtMs: nowMs };
}

/** What to try at `state.nextAtMs`. */
export function nextAction(state: LeaseState): 'acquire' | 'renew' {
  return state.status === 'leaseless' ? 'acquire' : 'renew';
}

/** The state once the clock has reached `nowMs`. */
export function afterTime(state: LeaseState, nowMs: number): LeaseState {
  if (state.status !== 'held' || nowMs < state.untilMs) return state;
  return { status: 'lapsed', lease: state.lease, failures: state.failures, nextAtMs: state.nextAtMs };
}

/** The state once the outcome of `nextAction(state)` has come in, at `nowMs`. */
export function afterAttempt(
  before: LeaseState,
  outcome: LeaseOutcome,
  nowMs: number,
  rules: LeaseRules,
): { readonly state: LeaseState; readonly change: LeaseChange } {
  const state = afterTime(before, nowMs);
  switch (outcome.kind) {
    case 'acquired':
      return { state: held(outcome.lease, outcome.sentAtMs, nowMs, rules), change: 'acquired' };
    case 'renewed': {
      if (state.status === 'leaseless') return { state, change: undefined };
      const hadLapsed = outcome.hadLapsed || state.status === 'lapsed';
      return { state: held(state.lease, outcome.sentAtMs, nowMs, rules), change: hadLapsed ? 'recovered' : undefined };
    }
    case 'taken':
      return { state: leaseless(nowMs), change: 'taken' };
    case 'none_free':
    case 'failed': {
      const failures = state.failures + 1;
      return { state: { ...state, failures, nextAtMs: nowMs + retryDelayMs(failures, rules) }, change: undefined };
    }
  }
}

/**
 * A lease counts from before its statement was sent: the database began to count later, so it never ends earlier there than here. An
 * answer that came after all of that time leaves a lease that has lapsed, and is to be renewed at once.
 */
function held(lease: Lease, sentAtMs: number, nowMs: number, { leaseMs }: LeaseRules): LeaseState {
  const nextAtMs = Math.max(nowMs, sentAtMs + leaseMs / RENEWALS_PER_LEASE);
  return afterTime({ status: 'held', lease, untilMs: sentAtMs + leaseMs, failures: 0, nextAtMs }, nowMs);
}

function retryDelayMs(failures: number, { leaseMs, random }: LeaseRules): number {
  const doubled = (leaseMs / FIRST_RETRY_PER_LEASE) * 2 ** Math.min(failures - 1, MOST_DOUBLINGS);
  return Math.min(doubled, leaseMs / RENEWALS_PER_LEASE) * (0.5 + random() / 2);
}
