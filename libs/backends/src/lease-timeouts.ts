import { type HotPoolOptions } from '@switchboard/database';
import { type BackendSettings } from './backend-settings';

/** The timeouts of the statements that keep a lease. */
export type LeaseTimeouts = Required<Pick<HotPoolOptions, 'connectTimeoutMs' | 'statementTimeoutMs' | 'readMarginMs'>>;

/** Parts of a lease; together a quarter. */
const CONNECT_PART = 10;
const STATEMENT_PART = 10;
const MARGIN_PART = 20;

/**
 * A renewal is due after a third of the lease, and two tries in a row may fail: each is over within a quarter of the lease, connecting
 * included, and the retries come after at most 1/50 and 1/25. So the third begins before 9/10 of it are gone. Never longer than what
 * other statements have.
 */
export function leaseTimeouts({
  leaseMs,
  connectTimeoutMs,
  statementTimeoutMs,
}: Pick<BackendSettings, 'leaseMs' | 'connectTimeoutMs' | 'statementTimeoutMs'>): LeaseTimeouts {
  return {
    connectTimeoutMs: Math.min(connectTimeoutMs, Math.floor(leaseMs / CONNECT_PART)),
    statementTimeoutMs: Math.min(statementTimeoutMs, Math.floor(leaseMs / STATEMENT_PART)),
    readMarginMs: Math.floor(leaseMs / MARGIN_PART),
  };
}
