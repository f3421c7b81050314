import { type MessageLog, type StartPosition, type StreamStart } from '@switchboard/message-log';
import { channelOfStream, SwitchboardError, type StreamKey } from '@switchboard/protocol';
import { type LocalStreams } from '../streams/local-streams';
import { type ChannelInterest } from './channel-interest';
import { type ClientConnection } from './client-connection';

/**
 * Lets a connection follow streams so that no message slips through: first the subscriptions, which note what they hear; then the row, by
 * which others find this server; then the position, read from the log. Either a sender's look-up sees the row, or the read sees the message.
 */
export class FollowStreams {
  constructor(
    private readonly streams: LocalStreams,
    private readonly interest: ChannelInterest,
    private readonly log: Pick<MessageLog, 'starts'>,
  ) {}

  /**
   * Subscribes to all of them, or to none.
   * @param register commits what else must be known before the positions are read
   * @param announce is told where each stream begins, before its messages are written
   * @throws SwitchboardError
   */
  async follow(
    connection: ClientConnection,
    starts: readonly StreamStart[],
    register: () => Promise<void>,
    announce: (positions: ReadonlyMap<StreamKey, StartPosition>) => void,
  ): Promise<void> {
    const keys = starts.map(({ stream }) => stream);
    try {
      const known = keys.map((key) => this.add(connection, key));
      await Promise.all([...known, register()]);
      const positions = await this.log.starts(starts);
      if (connection.hasEnded) return;
      const begins = new Map(positions.map((position, index) => [keys[index] ?? '', position]));
      announce(begins);
      for (const [key, position] of begins) this.begin(connection, key, position);
    } catch (error) {
      for (const key of keys) this.unfollow(connection, key);
      throw error instanceof SwitchboardError ? error : new SwitchboardError('unavailable', undefined, { cause: error });
    }
  }

  /** Ends one subscription of a connection, if it has it. */
  unfollow(connection: ClientConnection, key: StreamKey): void {
    const subscription = connection.subscriptions.get(key);
    if (subscription === undefined) return;
    connection.subscriptions.delete(key);
    this.streams.unfollow(key, subscription);
    const channel = channelOfStream(key);
    if (channel !== undefined) this.interest.remove(channel);
  }

  private add(connection: ClientConnection, key: StreamKey): Promise<void> | undefined {
    connection.subscriptions.set(key, this.streams.follow(key, connection.socket));
    const channel = channelOfStream(key);
    return channel === undefined ? undefined : this.interest.add(channel);
  }

  private begin(connection: ClientConnection, key: StreamKey, position: StartPosition): void {
    const subscription = connection.subscriptions.get(key);
    if (subscription !== undefined) this.streams.start(key, subscription, position);
  }
}
