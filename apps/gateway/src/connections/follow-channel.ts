import { channelStream, SwitchboardError, type SubscribeFrame, type UnsubscribeFrame } from '@switchboard/protocol';
import { type GatewayOptions } from '../gateway-options';
import { allowsChannel } from '../tokens/token-grants';
import { type ClientConnection } from './client-connection';
import { errorFrame } from '../frames/error-frame';
import { type FollowStreams } from './follow-streams';

/** Answers `subscribe` and `unsubscribe`. */
export class FollowChannel {
  constructor(
    private readonly followStreams: FollowStreams,
    private readonly options: Pick<GatewayOptions, 'mostSubscriptions'>,
  ) {}

  /** Resolves when it is answered. A channel that is followed already goes on where it is. Never rejects. */
  async subscribe(connection: ClientConnection, { id, channel, after }: SubscribeFrame): Promise<void> {
    const stream = channelStream(channel);
    try {
      this.check(connection, channel);
      const present = connection.subscriptions.get(stream);
      if (present !== undefined) {
        connection.memberships?.setOwn(channel, true);
        connection.socket.send({ type: 'ok', id, stream, after: present.position });
        return;
      }
      const from = after === undefined ? ({ kind: 'now' } as const) : ({ kind: 'resume', after } as const);
      await this.followStreams.follow(connection, [{ stream, from }], {
        announce: (positions) => {
          connection.socket.send({ type: 'ok', id, stream, after: positions.get(stream)?.after ?? 0 });
        },
      });
    } catch (error) {
      connection.socket.send(errorFrame(error instanceof SwitchboardError ? error : new SwitchboardError('internal'), { id, stream }));
    }
  }

  /** Ends a subscription; one that is not there is ended already. A membership, and with it the stream, goes on. */
  unsubscribe(connection: ClientConnection, { id, channel }: UnsubscribeFrame): void {
    const stream = channelStream(channel);
    if (connection.memberships?.setOwn(channel, false) !== true) this.followStreams.unfollow(connection, stream);
    connection.socket.send({ type: 'ok', id, stream });
  }

  private check({ identity, subscriptions, memberships }: ClientConnection, channel: string): void {
    if (!allowsChannel(identity?.channels ?? [], channel)) throw new SwitchboardError('channel_forbidden');
    const isNew = !subscriptions.has(channelStream(channel));
    if (isNew && subscriptions.size - (memberships?.foreignCount ?? 0) >= this.options.mostSubscriptions)
      throw new SwitchboardError('too_many_subscriptions');
  }
}
