import { channelOfStream, SwitchboardError, type TokenFrame } from '@switchboard/protocol';
import { errorFrame } from '../frames/error-frame';
import { allowsChannel, type TokenGrants } from '../tokens/token-grants';
import { type TokenVerifier } from '../tokens/token-verifier';
import { type ClientConnection, type ConnectionIdentity } from './client-connection';
import { type FollowStreams } from './follow-streams';

/** Answers `token`: a connection goes on under a fresh token of the same user. */
export class RefreshToken {
  /** @param refreshed hears of each connection that may stay for longer, or shorter */
  constructor(
    private readonly tokens: Pick<TokenVerifier, 'verify'>,
    private readonly followStreams: Pick<FollowStreams, 'unfollow'>,
    private readonly refreshed: (connection: ClientConnection, identity: ConnectionIdentity) => void,
  ) {}

  /**
   * Resolves when it is answered. A token that is refused changes nothing: the connection goes on with the one it has. What is kept with the
   * connection (`meta`) stays as it was when it opened. Never rejects.
   */
  async refresh(connection: ClientConnection, { id, token }: TokenFrame): Promise<void> {
    try {
      const grants = await this.tokens.verify(token);
      const { identity } = connection;
      if (connection.hasEnded || identity === undefined) return;
      if (grants.user !== identity.user) throw new SwitchboardError('bad_token', 'The token is of another user.');
      connection.identity = { ...grants, meta: identity.meta, device: identity.device };
      this.refreshed(connection, connection.identity);
      this.endForbidden(connection, grants);
      connection.socket.send({ type: 'ok', id });
    } catch (error) {
      const problem = error instanceof SwitchboardError ? error : new SwitchboardError('internal', undefined, { cause: error });
      connection.socket.send(errorFrame(problem, { id }));
    }
  }

  private endForbidden(connection: ClientConnection, { channels }: TokenGrants): void {
    for (const stream of [...connection.subscriptions.keys()]) {
      const channel = channelOfStream(stream);
      if (channel === undefined || allowsChannel(channels, channel)) continue;
      if (connection.memberships?.setOwn(channel, false) === true) continue; // It needs no permission.
      this.followStreams.unfollow(connection, stream);
      connection.socket.send(errorFrame(new SwitchboardError('channel_forbidden'), { stream }));
    }
  }
}
