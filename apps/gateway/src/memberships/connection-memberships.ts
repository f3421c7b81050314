import { type MembershipsOfUser } from '@switchboard/registry';

/** What is to be done so that a connection follows what its user is a member of. */
export interface MembershipChanges {
  /** The channels that are to be followed, each behind the seq at which the membership began. */
  readonly toFollow: readonly { readonly channel: string; readonly since: number }[];
  readonly toEnd: readonly string[];
}

/** The channels that a connection follows since its user is a member, and of which of them the client follows by itself as well. */
export class ConnectionMemberships {
  private readonly channels = new Map<string, boolean>();
  private answer = 0;
  /** The version of the memberships that the connection follows; 0: none have been read that there were. */
  version = 0;

  /** How many channels are followed for no other reason: they do not count as the client's. */
  get foreignCount(): number {
    let count = 0;
    for (const isOwn of this.channels.values()) if (!isOwn) count += 1;
    return count;
  }

  /** Whether the user is a member of a channel. */
  has(channel: string): boolean {
    return this.channels.has(channel);
  }

  /** The client follows a channel by itself, or no longer. Returns whether it goes on being followed for the membership. */
  setOwn(channel: string, isOwn: boolean): boolean {
    if (!this.channels.has(channel)) return false;
    this.channels.set(channel, isOwn);
    return true;
  }

  /** What differs from an answer of the registry; nothing if a later one has been taken already. */
  changes({ answer, channels }: MembershipsOfUser): MembershipChanges {
    if (answer <= this.answer) return { toFollow: [], toEnd: [] };
    return {
      toFollow: [...channels].filter(([channel]) => !this.channels.has(channel)).map(([channel, since]) => ({ channel, since })),
      toEnd: [...this.channels.keys()].filter((channel) => !channels.has(channel)),
    };
  }

  /** A channel is followed through membership; `isOwn`: by the client itself as well. */
  followed(channel: string, isOwn: boolean): void {
    this.channels.set(channel, isOwn);
  }

  /** A membership has ended. Returns whether the client goes on following the channel by itself. */
  ended(channel: string): boolean {
    const isOwn = this.channels.get(channel) ?? false;
    this.channels.delete(channel);
    return isOwn;
  }

  /** All that an answer says has been done. */
  taken({ version, answer }: MembershipsOfUser): void {
    if (answer <= this.answer) return;
    this.version = version;
    this.answer = answer;
  }
}
