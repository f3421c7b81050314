import type { DataSource } from 'typeorm';
import { Connection, Server } from './entities';

/** A live connection, as services are told of it. */
export interface LiveConnection {
  readonly id: string;
  /** The id of the server that holds it. */
  readonly server: string;
  /** Absent where the client named none. */
  readonly device?: string | undefined;
  readonly connectedAt: Date;
}

/** More connections of one user than any sensible limit at connect allows; it only bounds the answer. */
const MOST_CONNECTIONS = 1_000;

/** Answers the rare questions about connections. */
export class ConnectionDirectory {
  /** @param dataSource knows `registryEntities` */
  constructor(private readonly dataSource: DataSource) {}

  /** The connections of a user on servers that live, oldest first; the first 1000 of them. */
  async connectionsOf(user: string): Promise<readonly LiveConnection[]> {
    const rows = await this.dataSource
      .getRepository(Connection)
      .createQueryBuilder('connection')
      .innerJoin(Server, 'server', 'server.slot = connection.slot AND server.epoch = connection.epoch AND server.lease_until > now()')
      .select(['connection.id AS id', 'server.server_id AS server', 'connection.device AS device'])
      .addSelect('connection.connected_at', 'connectedAt')
      .where('connection.user_id = :user', { user })
      .orderBy('connection.connected_at')
      .addOrderBy('connection.id')
      .limit(MOST_CONNECTIONS)
      .getRawMany<Omit<LiveConnection, 'device'> & { readonly device: string | null }>();
    return rows.map(({ device, ...rest }) => (device === null ? rest : { ...rest, device }));
  }
}
