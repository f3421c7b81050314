import { hotStatement, type HotConnection } from '@switchboard/database';

/** The numbers of one incarnation: incarnation k begins behind k × 2^32. 2^21 incarnations fit below 2^53. */
export const INCARNATION_SPAN = 2 ** 32;

/**
 * The timeline is taken from the name of the WAL file that is being written: right immediately after a promotion, while
 * pg_control_checkpoint() still shows the old one until the next checkpoint. A second process waits for the lock of the row, sees that
 * the row is up to date, and changes nothing.
 */
const CHECK = hotStatement(
  'check_incarnation',
  `UPDATE log_incarnation AS l
   SET incarnation = l.incarnation + 1, system_identifier = now.system_identifier, timeline = now.timeline
   FROM (SELECT system_identifier, substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8) AS timeline FROM pg_control_system()) AS now
   WHERE l.system_identifier <> now.system_identifier OR l.timeline <> now.timeline`,
);

/**
 * Begins a new incarnation of the log if the database is not the one it last ran in: restored elsewhere, or a promoted standby. Such a
 * database may lack the newest messages, whose numbers clients have seen; with the new incarnation they are not given out again. A
 * restore that keeps both identifier and timeline (a snapshot of the disk) cannot be seen.
 *
 * Must have succeeded on a connection before anything is appended on it.
 * @throws HotQueryError; on a standby as well
 */
export async function checkIncarnation(connection: HotConnection): Promise<void> {
  await connection.query(CHECK, []);
}
