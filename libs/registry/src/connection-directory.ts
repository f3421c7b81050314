import type { DataSource, SelectQueryBuilder } from 'typeorm';
import { Connection, Server } from './entities';
import { orUnavailable } from './or-unavailable';

/** A live connection, as services are told of it. */
export interface LiveConnection {
  readonly id: string;
  readonly user: string;
  /** The id of the server that holds it. */
  readonly server: string;
  /** That server's slot. */
  readonly slot: number;
  /** Absent where the client named none. */
  readonly device?: string | undefined;
  readonly connectedAt: Date;
  /** What the token said of it. */
  readonly meta?: Readonly<Record<string, unknown>> | undefined;
}

/** Connections that somebody speaks of: all of a user, or all of a server. */
export type ConnectionsOf = { readonly user: string } | { readonly server: string };

/** Which connections a page holds: those that fulfil all that is given, by their ids. */
export interface ConnectionsPageRequest {
  readonly user?: string | undefined;
  readonly server?: string | undefined;
  /** The id behind which the page begins: a UUID. Absent: at the start. */
  readonly after?: string | undefined;
  readonly limit: number;
}

/** Some connections of a living server. */
export interface ConnectionCount {
  readonly server: string;
  readonly slot: number;
  readonly connections: number;
}

/** More connections of one user than any sensible limit at connect allows; it only bounds the answer. */
const MOST_CONNECTIONS = 1_000;

const HOLDS = 'server.slot = connection.slot AND server.epoch = connection.epoch AND server.lease_until > now()';

type ConnectionRow = Omit<LiveConnection, 'device' | 'meta'> & {
  readonly device: string | null;
  readonly meta: Readonly<Record<string, unknown>> | null;
};

/**
 * Answers the rare questions about connections. Only those on servers whose lease is alive count.
 *
 * Every method throws SwitchboardError: `unavailable` if the database is away, else `internal`.
 */
export class ConnectionDirectory {
  /** @param dataSource knows `registryEntities` */
  constructor(private readonly dataSource: DataSource) {}

  /** The connections of a user, oldest first; the first 1000 of them. */
  async connectionsOf(user: string): Promise<readonly LiveConnection[]> {
    const query = this.select()
      .where('connection.user_id = :user', { user })
      .orderBy('connection.connected_at')
      .addOrderBy('connection.id')
      .limit(MOST_CONNECTIONS);
    return readConnections(query);
  }

  /** At most `limit` connections, in the order of their ids. Whatever is there all the while is on exactly one of the pages that follow each other. */
  page({ user, server, after, limit }: ConnectionsPageRequest): Promise<readonly LiveConnection[]> {
    const query = this.select().where('TRUE').orderBy('connection.id').limit(limit);
    if (user !== undefined) query.andWhere('connection.user_id = :user', { user });
    if (server !== undefined) query.andWhere('server.server_id = :server', { server });
    if (after !== undefined) query.andWhere('connection.id > :after', { after });
    return readConnections(query);
  }

  /** The connection of that id, a UUID; undefined if there is none. */
  async find(id: string): Promise<LiveConnection | undefined> {
    const [found] = await readConnections(this.select().where('connection.id = :id', { id }));
    return found;
  }

  /** How many connections each server holds of those that are meant; servers with none are left out. */
  count(whose: ConnectionsOf): Promise<readonly ConnectionCount[]> {
    const query = this.dataSource
      .getRepository(Connection)
      .createQueryBuilder('connection')
      .innerJoin(Server, 'server', HOLDS)
      .select(['server.server_id AS server', 'server.slot AS slot', 'count(*)::int AS connections'])
      .where('user' in whose ? 'connection.user_id = :user' : 'server.server_id = :server', whose)
      .groupBy('server.slot')
      .orderBy('server.slot');
    return orUnavailable(query.getRawMany<ConnectionCount>());
  }

  private select(): SelectQueryBuilder<Connection> {
    return this.dataSource
      .getRepository(Connection)
      .createQueryBuilder('connection')
      .innerJoin(Server, 'server', HOLDS)
      .select(['connection.id AS id', 'connection.device AS device', 'connection.meta AS meta', 'server.slot AS slot'])
      .addSelect('connection.user_id', 'user')
      .addSelect('server.server_id', 'server')
      .addSelect('connection.connected_at', 'connectedAt');
  }
}

async function readConnections(query: SelectQueryBuilder<Connection>): Promise<readonly LiveConnection[]> {
  const rows = await orUnavailable(query.getRawMany<ConnectionRow>());
  return rows.map(({ device, meta, ...rest }) => ({
    ...rest,
    ...(device === null ? {} : { device }),
    ...(meta === null ? {} : { meta }),
  }));
}
