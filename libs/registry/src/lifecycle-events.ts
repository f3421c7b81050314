/** The topic of the outbox that tells other services of connections. */
const TOPIC = 'lifecycle';

const TIME = (moment: string): string => `to_char(${moment} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;

/**
 * A statement that tells of rows of `connections`, to be run with the one that writes or deletes them: so each is told of once. Null fields are
 * left out.
 * @param from a common table expression with user_id, id, device, and what the other arguments name
 */
function tell(
  type: 'connected' | 'disconnected',
  from: string,
  fields: { readonly time: string; readonly more: string; readonly where: string },
): string {
  return `INSERT INTO outbox (topic, key, event)
     SELECT '${TOPIC}', e.user_id, json_strip_nulls(json_build_object('version', 1, 'type', '${type}', 'time', ${TIME(fields.time)},
       'user', e.user_id, 'connection', e.id, 'device', e.device, ${fields.more}))
     FROM ${from} e WHERE ${fields.where}`;
}

/** Tells of new rows. `where`: which of them, and whether at all. */
export function tellConnected(from: string, where: string): string {
  return tell('connected', from, { time: 'e.connected_at', more: `'server', e.server_id`, where });
}

/** Tells of deleted rows. `server`, `code` and `reason` are SQL. */
export function tellDisconnected(
  from: string,
  said: { readonly server: string; readonly code: string; readonly reason: string },
  where = 'true',
): string {
  const more = `'server', ${said.server}, 'code', ${said.code}, 'reason', ${said.reason}`;
  return tell('disconnected', from, { time: 'clock_timestamp()', more, where });
}
