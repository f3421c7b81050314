import { type ConnectionRegistry } from '@switchboard/registry';
import { type ClientConnection, type ConnectionIdentity } from './client-connection';
import { type LimitUserConnections } from './limit-user-connections';

/** Makes a connection known to others, as far as its user may have one more. */
export class RegisterConnection {
  /**
   * @param limit undefined: a user may have any number of connections
   * @param databaseOffsetMs what to add to Date.now() for the database's clock
   */
  constructor(
    private readonly registry: Pick<ConnectionRegistry, 'register' | 'unregister'>,
    private readonly limit: Pick<LimitUserConnections, 'check'> | undefined,
    private readonly databaseOffsetMs: () => number,
  ) {}

  /**
   * Resolves once the row is committed. When it came is told on the database's clock, so that servers agree on who came first.
   * @param replaces the old connection of a client that moves
   * @throws SwitchboardError; HotQueryError or BatcherFullError if the limit cannot be checked
   */
  async register(connection: ClientConnection, identity: ConnectionIdentity, replaces: string | undefined): Promise<void> {
    const { id } = connection;
    const { user } = identity;
    connection.connectedAtMs = Math.round(connection.connectedAtMs + this.databaseOffsetMs());
    await this.registry.register({ id, ...identity, connectedAtMs: connection.connectedAtMs });
    connection.isRegistered = true;
    try {
      await this.limit?.check({ id, user, replaces });
    } catch (error) {
      // Not only when the socket is closed: until then it would count for others.
      connection.isRegistered = false;
      void this.registry.unregister({ id, user });
      throw error;
    }
  }
}
