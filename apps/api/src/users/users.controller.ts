import { Controller, Get, Param } from '@nestjs/common';
import { MessageLog, type DeviceCursor } from '@switchboard/message-log';
import { ConnectionDirectory, type LiveConnection } from '@switchboard/registry';
import { RequireScope } from '../auth/require-scope';
import { connectionAnswer, type ConnectionAnswer } from '../connections/connection-answer';
import { checkUser } from '../http/check-names';

interface UserAnswer {
  readonly user: string;
  readonly online: boolean;
  readonly connections: readonly Pick<ConnectionAnswer, 'id' | 'server' | 'device' | 'connectedAt'>[];
  /** The one that was seen last first. */
  readonly devices: readonly DeviceCursor[];
}

/** Tells about users. */
@Controller('v1/users')
export class UsersController {
  constructor(
    private readonly directory: ConnectionDirectory,
    private readonly log: MessageLog,
  ) {}

  /** Whether and where a user is connected, and how far each device has acknowledged; a user never seen is offline. */
  @Get(':user')
  @RequireScope('read')
  async get(@Param('user') user: string): Promise<UserAnswer> {
    checkUser(user);
    const [connections, devices] = await Promise.all([this.directory.connectionsOf(user), this.log.devices(user)]);
    return {
      user,
      online: connections.length > 0,
      connections: connections.map(shortAnswer),
      devices,
    };
  }
}

/** Without what the answer says of the user anyway. */
function shortAnswer(connection: LiveConnection): UserAnswer['connections'][number] {
  const { id, server, device, connectedAt } = connectionAnswer(connection);
  return { id, server, ...(device === undefined ? {} : { device }), connectedAt };
}
