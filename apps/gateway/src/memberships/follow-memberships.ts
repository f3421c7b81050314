import { type StreamStart } from '@switchboard/message-log';
import { channelStream, type StreamKey } from '@switchboard/protocol';
import { type MembershipsOfUser, type UserMemberships } from '@switchboard/registry';
import { type ClientConnection } from '../connections/client-connection';
import { type ConnectionIndex } from '../connections/connection-index';
import { type FollowStreams } from '../connections/follow-streams';
import { ConnectionMemberships } from './connection-memberships';

/** Hears how memberships are applied. */
export interface MembershipObserver {
  /** A round found that a change had not been heard of. */
  repaired(): void;
  /** Memberships could not be read or applied; a later round does it. */
  failed(error: unknown): void;
}

/**
 * Lets connections follow the channels that their users are members of. When a connection opens they are read after its row has committed:
 * either they show a change, or whoever made it finds the row and tells this server. Told or found by a round, a change is read again, and
 * applied to each connection in its turn, after what its client has asked for.
 */
export class FollowMemberships {
  /** What is to be applied to a connection next; a later answer replaces one that still waits for its turn. */
  private readonly due = new WeakMap<ClientConnection, MembershipsOfUser>();

  constructor(
    private readonly memberships: Pick<UserMemberships, 'of' | 'changed'>,
    private readonly followStreams: Pick<FollowStreams, 'follow' | 'unfollow'>,
    private readonly index: Pick<ConnectionIndex, 'ofUser'>,
    private readonly observer: MembershipObserver,
  ) {}

  /**
   * Where the channels of a connection begin that it follows through membership; to be asked when its row has been committed.
   * @param resume the last seq that the client has had, by stream
   * @throws BatcherFullError, HotQueryError
   */
  async starts(connection: ClientConnection, user: string, resume: Readonly<Record<StreamKey, number>>): Promise<readonly StreamStart[]> {
    const answer = await this.memberships.of(user);
    if (answer.version === 0) return [];
    const memberships = new ConnectionMemberships();
    memberships.taken(answer);
    connection.memberships = memberships;
    return [...answer.channels].flatMap(([channel, since]) => {
      const stream = channelStream(channel);
      const after = Object.hasOwn(resume, stream) ? resume[stream] : undefined;
      const isOwn = connection.subscriptions.has(stream);
      memberships.followed(channel, isOwn);
      // A client that asked for the channel itself goes on where it was; what was before a membership is for nobody else.
      return isOwn && after !== undefined ? [] : [{ stream, from: { kind: 'resume', after: Math.max(since, after ?? since) } }];
    });
  }

  /** Reads the memberships of a user, and applies them to the connections that are here. Never rejects. */
  async refresh(user: string): Promise<void> {
    if (this.index.ofUser(user).length === 0) return;
    try {
      const answer = await this.memberships.of(user);
      for (const connection of this.index.ofUser(user)) this.applyInTurn(connection, answer);
    } catch (error) {
      this.observer.failed(error);
    }
  }

  /** Compares the versions of users with the registry's, and refreshes those that are behind. Never rejects. */
  async compare(users: readonly string[]): Promise<void> {
    try {
      const known = users.flatMap((user) => {
        const versions = this.index
          .ofUser(user)
          .flatMap(({ phase, memberships }) => (phase === 'ready' ? [memberships?.version ?? 0] : []));
        return versions.length === 0 ? [] : [{ user, version: Math.min(...versions) }];
      });
      for (const user of await this.memberships.changed(known)) {
        this.observer.repaired();
        await this.refresh(user);
      }
    } catch (error) {
      this.observer.failed(error);
    }
  }

  private applyInTurn(connection: ClientConnection, answer: MembershipsOfUser): void {
    const isQueued = this.due.has(connection);
    this.due.set(connection, answer);
    if (isQueued) return;
    // At most one for each connection, so none is refused.
    connection.requests.add(async () => {
      const due = this.due.get(connection);
      this.due.delete(connection);
      if (due !== undefined) await this.apply(connection, due);
    }, Infinity);
  }

  private async apply(connection: ClientConnection, answer: MembershipsOfUser): Promise<void> {
    if (connection.phase !== 'ready') return;
    const memberships = (connection.memberships ??= new ConnectionMemberships());
    const { toFollow, toEnd } = memberships.changes(answer);
    for (const channel of toEnd) if (!memberships.ended(channel)) this.followStreams.unfollow(connection, channelStream(channel));
    try {
      await this.followAll(connection, memberships, toFollow);
      memberships.taken(answer);
    } catch (error) {
      // The version stays as it was, so that the next round tries again.
      this.observer.failed(error);
    }
  }

  private async followAll(
    connection: ClientConnection,
    memberships: ConnectionMemberships,
    channels: readonly { readonly channel: string; readonly since: number }[],
  ): Promise<void> {
    const starts: StreamStart[] = [];
    const added: string[] = [];
    for (const { channel, since } of channels) {
      const stream = channelStream(channel);
      if (connection.subscriptions.has(stream)) {
        memberships.followed(channel, true);
      } else {
        added.push(channel);
        starts.push({ stream, from: { kind: 'resume', after: since } });
      }
    }
    if (starts.length === 0) return;
    await this.followStreams.follow(connection, starts, {});
    for (const channel of added) memberships.followed(channel, false);
  }
}
