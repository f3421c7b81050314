import { type MessageLog, type StartPosition, type StreamStart } from '@switchboard/message-log';
import { channelOfStream, SwitchboardError, type StreamKey } from '@switchboard/protocol';
import { type LocalStreams } from '../streams/local-streams';
import { type ChannelInterest } from './channel-interest';
import { type ClientConnection } from './client-connection';

const NOTHING: Promise<readonly StreamStart[]> = Promise.resolve([]);

/** What is done between the steps of following streams. */
export interface FollowSteps {
  /** Commits what else must be known before the positions are read. */
  readonly register?: () => Promise<void>;
  /** Tells of streams that are to be followed besides, or to begin elsewhere; it is asked when all that was registered has committed. */
  readonly further?: () => Promise<readonly StreamStart[]>;
  /** Is told where each stream begins, before its messages are written. */
  readonly announce?: (positions: ReadonlyMap<StreamKey, StartPosition>) => void;
}

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
   * @throws SwitchboardError
   */
  async follow(connection: ClientConnection, starts: readonly StreamStart[], steps: FollowSteps): Promise<void> {
    const keys = starts.map(({ stream }) => stream);
    try {
      const known = keys.map((key) => this.add(connection, key));
      await Promise.all([...known, steps.register?.() ?? Promise.resolve()]);
      const [begins, further] = await Promise.all([this.positions(starts), steps.further?.() ?? NOTHING]);
      if (connection.hasEnded) return;
      const added = further.map(({ stream }) => stream).filter((key) => !connection.subscriptions.has(key));
      keys.push(...added);
      await Promise.all(added.map((key) => this.add(connection, key)));
      for (const [key, position] of await this.positions(further)) begins.set(key, position);
      if (hasEnded(connection)) return;
      steps.announce?.(begins);
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

  private async positions(starts: readonly StreamStart[]): Promise<Map<StreamKey, StartPosition>> {
    const positions = await this.log.starts(starts);
    return new Map(positions.map((position, index) => [starts[index]?.stream ?? '', position]));
  }

  private async add(connection: ClientConnection, key: StreamKey): Promise<void> {
    connection.subscriptions.set(key, this.streams.follow(key, connection.socket));
    const channel = channelOfStream(key);
    if (channel !== undefined) await this.interest.add(channel);
  }

  private begin(connection: ClientConnection, key: StreamKey, position: StartPosition): void {
    const subscription = connection.subscriptions.get(key);
    if (subscription !== undefined) this.streams.start(key, subscription, position);
  }
}

/** It may have ended during the last await, though it had not before. */
function hasEnded(connection: ClientConnection): boolean {
  return connection.hasEnded;
}
