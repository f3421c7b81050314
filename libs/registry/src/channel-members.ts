import { hotStatement, type HotConnection } from '@switchboard/database';
import { channelStream } from '@switchboard/protocol';
import { orUnavailable } from './or-unavailable';

/** What became of a wish to make a user a member; `full`: the user is a member of as many channels as may be, and nothing was changed. */
export type AddOutcome = 'added' | 'present' | 'full';

/** A member of a channel. */
export interface Member {
  readonly user: string;
  /** The seq of the channel behind which the membership began. */
  readonly since: number;
}

// What is counted and what is there are of one moment; several wishes at the very same moment may go over the bound by as many.
const ADD = hotStatement(
  'add_member',
  `WITH before AS MATERIALIZED (
     SELECT count(*) AS n, coalesce(bool_or(channel = $1::text), false) AS is_member FROM channel_members WHERE user_id = $2::text
   ), added AS (
     INSERT INTO channel_members (channel, user_id, since)
     SELECT $1::text, $2::text, coalesce((SELECT head FROM streams WHERE key = $3::text), 0) FROM before WHERE n < $4::int8 AND NOT is_member
     ON CONFLICT (channel, user_id) DO NOTHING
     RETURNING user_id
   ), bumped AS (
     INSERT INTO user_memberships AS m (user_id, version) SELECT user_id, 1 FROM added
     ON CONFLICT (user_id) DO UPDATE SET version = m.version + 1
   )
   SELECT (SELECT count(*) FROM added)::int, n >= $4::int8 AND NOT is_member FROM before`,
);

const REMOVE = hotStatement(
  'remove_member',
  `WITH gone AS (
     DELETE FROM channel_members WHERE channel = $1::text AND user_id = $2::text RETURNING user_id
   ), bumped AS (
     INSERT INTO user_memberships AS m (user_id, version) SELECT user_id, 1 FROM gone
     ON CONFLICT (user_id) DO UPDATE SET version = m.version + 1
   )
   SELECT count(*)::int FROM gone`,
);

const PAGE = hotStatement(
  'members_page',
  `SELECT user_id, since FROM channel_members WHERE channel = $1::text AND user_id > $2::text ORDER BY user_id LIMIT $3::int`,
);

/**
 * Changes who is a member of channels. A change and the user's new version are one commit.
 *
 * Every method throws SwitchboardError: `unavailable` if the database is away, else `internal`. All may be repeated.
 */
export class ChannelMembers {
  constructor(private readonly hot: HotConnection) {}

  /** Makes a user a member from now on; one who is stays so since then. @param most channels that a user may be a member of */
  async add(channel: string, user: string, most: number): Promise<AddOutcome> {
    const values = [channel, user, channelStream(channel), most];
    const [row] = await orUnavailable(this.hot.query<[number, boolean]>(ADD, values));
    if (row?.[0] === 1) return 'added';
    return row?.[1] === true ? 'full' : 'present';
  }

  /** Ends a membership. @returns whether there was one */
  async remove(channel: string, user: string): Promise<boolean> {
    const [row] = await orUnavailable(this.hot.query<[number]>(REMOVE, [channel, user]));
    return row?.[0] === 1;
  }

  /** At most `limit` members behind `after`, in the order of their names. */
  async page(channel: string, after: string, limit: number): Promise<readonly Member[]> {
    const rows = await orUnavailable(this.hot.query<[string, number]>(PAGE, [channel, after, limit]));
    return rows.map(([user, since]) => ({ user, since }));
  }
}
