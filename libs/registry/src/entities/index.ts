import { ChannelMember } from './channel-member.entity';
import { ChannelServer } from './channel-server.entity';
import { Connection } from './connection.entity';
import { Server } from './server.entity';
import { UserMembershipsVersion } from './user-memberships.entity';

export { Connection, Server };

/** The entities of the registry, for the data source of an app. */
export const registryEntities = [Server, Connection, ChannelServer, ChannelMember, UserMembershipsVersion] as const;
