import { DatabaseError } from 'pg';
import { QueryFailedError } from 'typeorm';
import { HotQueryError } from './hot-query-error';

/** SQLSTATE classes that mean a bad value: data exceptions, and violated constraints. */
const BAD_VALUE = /^2[23]/;
/** SQLSTATE classes that no repeat can cure: bad values, wrong SQL or a missing table, and faults of the server. */
const PERMANENT = /^(?:2[23]|42|XX)/;

/** The SQLSTATE of a statement that failed, whichever of pg, TypeORM or a HotPool threw it; undefined: the server named none. */
export function sqlStateOf(error: unknown): string | undefined {
  if (error instanceof HotQueryError) return error.sqlState;
  if (error instanceof QueryFailedError) return sqlStateOf(error.driverError);
  return error instanceof DatabaseError ? error.code : undefined;
}

/** Whether a value of the statement is to blame, so that it would succeed without it. */
export function isBadValue(error: unknown): boolean {
  return isRefused(error) && BAD_VALUE.test(sqlStateOf(error) ?? '');
}

/** Whether the statement would fail again, however often it is tried. */
export function isPermanent(error: unknown): boolean {
  return isRefused(error) && PERMANENT.test(sqlStateOf(error) ?? '');
}

/** Of TypeORM it is not known whether the commit was under way already; it is used where a repeat does no harm. */
function isRefused(error: unknown): boolean {
  return !(error instanceof HotQueryError) || error.outcome === 'refused';
}
