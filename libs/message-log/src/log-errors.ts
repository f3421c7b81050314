import { BatcherFullError, HotQueryError } from '@switchboard/database';
import { SwitchboardError } from '@switchboard/protocol';

/** SQLSTATE classes that mean a bad value: data exceptions, and violated constraints. */
const BAD_VALUE = /^2[23]/;
/** SQLSTATE classes that no repeat can cure: bad values, wrong SQL or a missing table, and faults of the server. */
const PERMANENT = /^(?:2[23]|42|XX)/;

/** Whether one of a batch's items may be to blame, so that the others would succeed without it. */
export function isBadValue(error: unknown): boolean {
  return error instanceof HotQueryError && error.outcome === 'refused' && BAD_VALUE.test(error.sqlState ?? '');
}

/**
 * What a caller is told of an append that failed: `unavailable` only if it was surely not committed, `outcome_unknown` if that is open.
 * It must not be repeated then: the message could stand in the log twice.
 */
export function appendError(error: unknown): SwitchboardError {
  if (error instanceof HotQueryError && error.outcome === 'unknown')
    return new SwitchboardError('outcome_unknown', undefined, { cause: error });
  return readError(error);
}

/** What a caller is told of a read that failed. */
export function readError(error: unknown): SwitchboardError {
  return new SwitchboardError(codeOf(error), undefined, { cause: error });
}

function codeOf(error: unknown): 'overloaded' | 'unavailable' | 'internal' {
  if (error instanceof BatcherFullError) return 'overloaded';
  if (!(error instanceof HotQueryError)) return 'internal';
  return error.outcome === 'refused' && PERMANENT.test(error.sqlState ?? '') ? 'internal' : 'unavailable';
}
