import { BatcherFullError, HotQueryError, isPermanent } from '@switchboard/database';
import { SwitchboardError } from '@switchboard/protocol';

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
  return isPermanent(error) ? 'internal' : 'unavailable';
}
