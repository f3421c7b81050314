import { Controller, Get, Param } from '@nestjs/common';
import { ConnectionDirectory, type LiveConnection } from '@switchboard/registry';
import { RequireScope } from '../auth/require-scope';
import { connectionAnswer, type ConnectionAnswer } from '../connections/connection-answer';
import { checkUser } from '../http/check-names';

interface UserAnswer {
  readonly user: string;
  readonly online: boolean;
  readonly connections: readonly Pick<ConnectionAnswer, 'id' | 'server' | 'device' | 'connectedAt'>[];
  readonly devices: readonly [];
}

/** Tells about users. */
@Controller('v1/users')
export class UsersController {
  constructor(private readonly directory: ConnectionDirectory) {}

  /** Whether and where a user is connected; a user never seen is offline. */
  @Get(':user')
  @RequireScope('read')
  async get(@Param('user') user: string): Promise<UserAnswer> {
    checkUser(user);
    const connections = await this.directory.connectionsOf(user);
    return {
      user,
      online: connections.length > 0,
      connections: connections.map(shortAnswer),
      // No acknowledgements are kept yet, so no device has a cursor.
      devices: [],
    };
  }
}

/** Without what the answer says of the user anyway. */
function shortAnswer(connection: LiveConnection): UserAnswer['connections'][number] {
  const { id, server, device, connectedAt } = connectionAnswer(connection);
  return { id, server, ...(device === undefined ? {} : { device }), connectedAt };
}
