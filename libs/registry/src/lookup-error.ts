import { BatcherFullError, HotQueryError, isPermanent } from '@switchboard/database';
import { SwitchboardError } from '@switchboard/protocol';

/** What a caller is told of a look-up that failed, where nothing else brings what was to be sent. */
export function lookupError(error: unknown): SwitchboardError {
  return new SwitchboardError(codeOf(error), undefined, { cause: error });
}

function codeOf(error: unknown): 'overloaded' | 'unavailable' | 'internal' {
  if (error instanceof BatcherFullError) return 'overloaded';
  return error instanceof HotQueryError && !isPermanent(error) ? 'unavailable' : 'internal';
}
