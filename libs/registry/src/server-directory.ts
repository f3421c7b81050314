import type { DataSource } from 'typeorm';
import { Server } from './entities';
import type { ServerRole } from './lease-store';
import { orUnavailable } from './or-unavailable';

/** Whether others count a server: its lease is alive, or it has lapsed and the server may or may not come back. */
export type ServerState = 'alive' | 'lapsed';

/** A server that leases a slot, or leased it last. */
export interface KnownServer {
  readonly id: string;
  readonly role: ServerRole;
  readonly slot: number;
  readonly epoch: number;
  /** Absent where it said none. */
  readonly address?: string | undefined;
  readonly connections: number;
  readonly leasedAt: Date;
  readonly leaseUntil: Date;
  readonly state: ServerState;
}

type ServerRow = Omit<KnownServer, 'address' | 'epoch'> & { readonly address: string | null; readonly epoch: string };

/** Counted in one walk over the table, which takes some 100 ms a million connections: such questions are rare. */
const COUNTS = 'SELECT slot, epoch, count(*)::int AS connections FROM connections GROUP BY slot, epoch';

/** Answers the rare questions about servers. Throws as ConnectionDirectory does. */
export class ServerDirectory {
  /** @param dataSource knows `registryEntities` */
  constructor(private readonly dataSource: DataSource) {}

  /** All servers that are known, by their slots; a dead one until its slot is cleaned up or taken. */
  async servers(): Promise<readonly KnownServer[]> {
    const query = this.dataSource
      .getRepository(Server)
      .createQueryBuilder('server')
      .leftJoin(`(${COUNTS})`, 'held', 'held.slot = server.slot AND held.epoch = server.epoch')
      .select(['server.server_id AS id', 'server.slot AS slot', 'server.epoch AS epoch', 'server.address AS address'])
      .addSelect(`coalesce(server.role, 'gateway')`, 'role')
      .addSelect('coalesce(held.connections, 0)', 'connections')
      .addSelect('server.leased_at', 'leasedAt')
      .addSelect('server.lease_until', 'leaseUntil')
      .addSelect(`CASE WHEN server.lease_until > now() THEN 'alive' ELSE 'lapsed' END`, 'state')
      .where('server.server_id IS NOT NULL')
      .orderBy('server.slot');
    const rows = await orUnavailable(query.getRawMany<ServerRow>());
    return rows.map(({ address, epoch, ...rest }) => ({ ...rest, epoch: Number(epoch), ...(address === null ? {} : { address }) }));
  }

  /** The slot of a living server that holds sockets; undefined if there is none of that id. */
  async slotOf(serverId: string): Promise<number | undefined> {
    const query = this.dataSource
      .getRepository(Server)
      .createQueryBuilder('server')
      .select('server.slot', 'slot')
      .where(`server.server_id = :serverId AND server.lease_until > now() AND server.role IS DISTINCT FROM 'api'`, { serverId })
      .orderBy('server.leased_at', 'DESC');
    const row = await orUnavailable(query.getRawOne<{ slot: number }>());
    return row?.slot;
  }
}
