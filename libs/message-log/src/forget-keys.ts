import { deleteByWindows, windowDelete, type HotConnection } from '@switchboard/database';
import { KEY_KEPT_MS } from './append-keyed';

const TABLE = 'idempotency_keys';

const FORGET = windowDelete(TABLE, 'forget', `c.created_at < now() - $3::int8 * interval '1 millisecond'`);

/** Deletes the idempotency keys whose time is over, a window of pages at a time. @returns how many. @throws HotQueryError */
export function forgetKeys(connection: HotConnection): Promise<number> {
  return deleteByWindows(connection, TABLE, FORGET, [KEY_KEPT_MS]);
}
