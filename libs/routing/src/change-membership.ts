import { SwitchboardError, userStream } from '@switchboard/protocol';
import { type ChannelMembers } from '@switchboard/registry';
import { type ServersOfStream } from './route-event';
import { type SendCommand } from './send-command';

/** What changes of memberships are made with. */
export interface ChangeMembershipParts {
  readonly members: Pick<ChannelMembers, 'add' | 'remove'>;
  readonly servers: ServersOfStream;
  readonly sendCommand: Pick<SendCommand, 'hint'>;
  /** Channels that a user may be a member of. */
  readonly mostMemberships: number;
  /** Servers could not be told of a change: their rounds find it. */
  readonly hintLost: (error: unknown) => void;
}

/**
 * Changes who is a member of a channel: commits it, then tells the servers that hold the user's connections. That is a hint: what gets lost
 * is found by their next round, and no message is missed meanwhile, since a membership says behind which message it began.
 */
export class ChangeMembership {
  constructor(private readonly parts: ChangeMembershipParts) {}

  /** Resolves once it is committed; telling goes on behind it. @throws SwitchboardError `limit_reached`, `unavailable` */
  async add(channel: string, user: string): Promise<void> {
    const { members, mostMemberships } = this.parts;
    const outcome = await members.add(channel, user, mostMemberships);
    if (outcome === 'full') {
      throw new SwitchboardError(
        'limit_reached',
        `The user is a member of ${String(mostMemberships)} channels, which is as many as may be.`,
      );
    }
    if (outcome === 'added') void this.tell(user);
  }

  /** The same for the end of a membership; one that is not there has ended already. @throws SwitchboardError `unavailable` */
  async remove(channel: string, user: string): Promise<void> {
    if (await this.parts.members.remove(channel, user)) void this.tell(user);
  }

  /** Never rejects. */
  private async tell(user: string): Promise<void> {
    const { servers, sendCommand, hintLost } = this.parts;
    try {
      await sendCommand.hint(await servers.slotsOf(userStream(user)), { name: 'membership', user });
    } catch (error) {
      hintLost(error);
    }
  }
}
