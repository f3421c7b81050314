import { isPermanent } from '@switchboard/database';
import { SwitchboardError } from '@switchboard/protocol';
import { type ConnectionDirectory } from '@switchboard/registry';
import { UserConnections, type UserConnection } from './user-connections';

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
      throw new SwitchboardError(isPermanent(error) ? 'internal' : 'unavailable', undefined, { cause: error });
    }
  }
}
