import { isPermanent } from '@switchboard/database';
import { SwitchboardError } from '@switchboard/protocol';

/** Tells a caller whether the database is away, or the question was wrong. */
export async function orUnavailable<Result>(result: Promise<Result>): Promise<Result> {
  try {
    return await result;
  } catch (error) {
    throw new SwitchboardError(isPermanent(error) ? 'internal' : 'unavailable', undefined, { cause: error });
  }
}
