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

  /** Wraps what pg threw for a statement that had been handed to a connection. */
  static ofSentStatement(cause: unknown): HotQueryError {
    const sqlState = cause instanceof DatabaseError ? cause.code : undefined;
    return new HotQueryError(sqlState === undefined || endsTheSession(sqlState) ? 'unknown' : 'refused', sqlState, cause);
  }
}

/**
 * Errors with which the server ends a session: operator intervention except the cancelling of a statement (57P01 is what a shutdown and
 * pg_terminate_backend send), broken connections, and the timeouts of idle sessions. They are raised wherever the backend happens to be,
 * which may be behind the commit and before the message that says so.
 */
function endsTheSession(sqlState: string): boolean {
  return sqlState.startsWith('57P') || sqlState.startsWith('08') || sqlState.startsWith('25P0');
}
