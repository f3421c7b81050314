import { SwitchboardError } from '@switchboard/protocol';
import { type ConnectionDirectory } from '@switchboard/registry';
import { UserConnections, type UserConnection } from './user-connections';

/** SQLSTATE classes that no repeat can cure: bad values, and wrong SQL or a missing table. */
const PERMANENT = /^(?:22|42)/;

/** Who is connected, from the registry. */
export class RegistryUserConnections extends UserConnections {
  constructor(private readonly directory: Pick<ConnectionDirectory, 'connectionsOf'>) {
    super();
  }

  /** @throws SwitchboardError `unavailable` if the database is away */
  async connectionsOf(user: string): Promise<readonly UserConnection[]> {
    try {
      return await this.directory.connectionsOf(user);
    } catch (error) {
      const { code } = error as { code?: unknown };
      throw new SwitchboardError(typeof code === 'string' && PERMANENT.test(code) ? 'internal' : 'unavailable', undefined, {
        cause: error,
      });
    }
  }
}
