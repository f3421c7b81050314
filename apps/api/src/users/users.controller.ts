import { Controller, Get, Param } from '@nestjs/common';
import { RequireScope } from '../auth/require-scope';
import { checkUser } from '../http/check-names';
import { UserConnections } from './user-connections';

interface UserAnswer {
  readonly user: string;
  readonly online: boolean;
  readonly connections: readonly {
    readonly id: string;
    readonly server: string;
    readonly device?: string | undefined;
    readonly connectedAt: string;
  }[];
  readonly devices: readonly [];
}

/** Tells about users. */
@Controller('v1/users')
export class UsersController {
  constructor(private readonly userConnections: UserConnections) {}

  /** Whether and where a user is connected; a user never seen is offline. */
  @Get(':user')
  @RequireScope('read')
  async get(@Param('user') user: string): Promise<UserAnswer> {
    checkUser(user);
    const connections = await this.userConnections.connectionsOf(user);
    return {
      user,
      online: connections.length > 0,
      connections: connections.map(({ id, server, device, connectedAt }) => ({
        id,
        server,
        device,
        connectedAt: connectedAt.toISOString(),
      })),
      // No acknowledgements are kept yet, so no device has a cursor.
      devices: [],
    };
  }
}
