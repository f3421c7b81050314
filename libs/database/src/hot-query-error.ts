import { DatabaseError } from 'pg';

/**
 * What became of a statement that failed:
 * - `not_sent`: no connection could be had; the database never saw it.
 * - `refused`: the server answered with an error that aborts the statement; nothing of it was committed.
 * - `unknown`: the connection broke or timed out after the statement was sent; it may have been committed.
 */
export type FailedStatementOutcome = 'not_sent' | 'refused' | 'unknown';

/** A hot statement failed; `cause` is what pg threw. */
export class HotQueryError extends Error {
  override readonly name = 'HotQueryError';

  constructor(
    readonly outcome: FailedStatementOutcome,
    /** The SQLSTATE, where the server gave one. */
    readonly sqlState: string | undefined,
    cause: unknown,
  ) {
    super(`${outcome}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }

  /**
   * Wraps what pg threw for a statement that had been sent. The commit follows the message that the statement is complete, so an error
   * of the server that comes before that message, even one that ends the session, proves that nothing was committed.
   */
  static ofSentStatement(cause: unknown, isComplete: boolean): HotQueryError {
    const sqlState = cause instanceof DatabaseError ? cause.code : undefined;
    return new HotQueryError(sqlState === undefined || isComplete ? 'unknown' : 'refused', sqlState, cause);
  }

  /** Whether the connection cannot be used further: silent, broken, or ended by the server (a shutdown, a timeout of idle sessions). */
  get endsSession(): boolean {
    return this.outcome === 'unknown' || /^(?:57P|08|25P0)/.test(this.sqlState ?? '');
  }
}
