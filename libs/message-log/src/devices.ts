import { deleteByWindows, hotStatement, textArray, windowDelete, type HotConnection } from '@switchboard/database';

const DEVICES_OF = hotStatement(
  'devices_of',
  `SELECT device, cursor FROM user_devices WHERE user_id = $1::text ORDER BY seen_at DESC, device LIMIT $2::int8`,
);

const TRIM = hotStatement(
  'trim_devices',
  `DELETE FROM user_devices d USING (
     SELECT user_id, device, row_number() OVER (PARTITION BY user_id ORDER BY seen_at DESC, device) AS place
     FROM user_devices WHERE user_id = ANY ($1::text[])
   ) r WHERE d.user_id = r.user_id AND d.device = r.device AND r.place > $2::int8`,
);

const TABLE = 'user_devices';
const FORGET = windowDelete(TABLE, 'forget', `c.seen_at < now() - $3::int8 * interval '1 millisecond'`);

/** More than any setting allows; it only bounds an answer. */
const MOST_DEVICES = 1_000;

/** A device, and how far it has acknowledged its user's stream. */
export interface DeviceCursor {
  readonly device: string;
  readonly cursor: number;
}

/** The devices of a user, the one that was seen last first. @throws HotQueryError */
export async function devicesOf(connection: HotConnection, user: string): Promise<DeviceCursor[]> {
  const rows = await connection.query<readonly [string, number]>(DEVICES_OF, [user, MOST_DEVICES]);
  return rows.map(([device, cursor]) => ({ device, cursor }));
}

/** Forgets the devices of some users that were not seen for longest, beyond `most` each. @throws HotQueryError */
export async function trimDevices(connection: HotConnection, users: readonly string[], most: number): Promise<void> {
  await connection.query(TRIM, [textArray(users), most]);
}

/** Forgets devices that were not seen for `idleMs`. @returns how many. @throws HotQueryError */
export function forgetDevices(connection: HotConnection, idleMs: number): Promise<number> {
  return deleteByWindows(connection, TABLE, FORGET, [idleMs]);
}
