import { Batcher, hotStatement, int8Array, textArray, type HotConnection } from '@switchboard/database';
import type { ServerLookupSettings } from './server-lookup';

/** The channels that a user is a member of, at one moment. */
export interface MembershipsOfUser {
  /** Grows with every change; 0: there never was one. */
  readonly version: number;
  /** Grows with every answer of this process, so that the newer of two can be told also when the database went back. */
  readonly answer: number;
  /** The seq behind which each membership began, by channel. */
  readonly channels: ReadonlyMap<string, number>;
}

/** The version that somebody knows. */
export interface KnownVersion {
  readonly user: string;
  readonly version: number;
}

// Users without a version have no memberships, and most have none.
const OF_USERS = hotStatement(
  'memberships_of_users',
  `SELECT r.ord::int, v.version, m.channel, m.since FROM unnest($1::text[]) WITH ORDINALITY AS r(user_id, ord)
   JOIN user_memberships v ON v.user_id = r.user_id LEFT JOIN channel_members m ON m.user_id = r.user_id`,
);

const CHANGED = hotStatement(
  'changed_memberships',
  `SELECT r.user_id FROM unnest($1::text[], $2::int8[]) AS r(user_id, version)
   LEFT JOIN user_memberships v ON v.user_id = r.user_id WHERE coalesce(v.version, 0) <> r.version`,
);

type MembershipRow = readonly [ord: number, version: number, channel: string | null, since: number | null];

/** Tells which channels users are members of. */
export class UserMemberships {
  private readonly users: Batcher<string, MembershipsOfUser>;
  private answers = 0;

  constructor(
    private readonly hot: HotConnection,
    { lookupMaxBatch, lookupLingerMs, lookupMaxQueued }: ServerLookupSettings,
  ) {
    // One batch at a time, so that a later answer is of a later moment.
    const bounds = { maxBatch: lookupMaxBatch, lingerMs: lookupLingerMs, maxQueued: lookupMaxQueued, concurrency: 1 };
    this.users = new Batcher({ ...bounds, run: (users) => this.read(users) });
  }

  /** The database is asked after the call, so whatever was committed before it is seen. @throws BatcherFullError, HotQueryError */
  of(user: string): Promise<MembershipsOfUser> {
    return this.users.add(user);
  }

  /** The users whose version is another one, by one statement: hand over some thousands at a time. @throws HotQueryError */
  async changed(known: readonly KnownVersion[]): Promise<readonly string[]> {
    if (known.length === 0) return [];
    const rows = await this.hot.query<[string]>(CHANGED, [
      textArray(known.map(({ user }) => user)),
      int8Array(known.map(({ version }) => version)),
    ]);
    return rows.map(([user]) => user);
  }

  private async read(users: readonly string[]): Promise<readonly MembershipsOfUser[]> {
    const rows = await this.hot.query<MembershipRow>(OF_USERS, [textArray(users)]);
    this.answers += 1;
    const versions = users.map(() => 0);
    const channels = users.map(() => new Map<string, number>());
    for (const [ord, version, channel, since] of rows) {
      versions[ord - 1] = version;
      if (channel !== null) channels[ord - 1]?.set(channel, since ?? 0);
    }
    return users.map((_, index) => ({ version: versions[index] ?? 0, answer: this.answers, channels: channels[index] ?? new Map() }));
  }
}
