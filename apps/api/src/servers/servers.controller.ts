import { Controller, Get, HttpCode, Param, Post } from '@nestjs/common';
import { ServerDirectory, type KnownServer } from '@switchboard/registry';
import { RequireScope } from '../auth/require-scope';
import { checkServer } from '../http/check-names';
import { CloseConnections } from '../connections/close-connections';

type ServerAnswer = Omit<KnownServer, 'leasedAt' | 'leaseUntil'> & { readonly leasedAt: string; readonly leaseUntil: string };

/** Tells about servers, and drains them. */
@Controller('v1/servers')
export class ServersController {
  constructor(
    private readonly directory: ServerDirectory,
    private readonly closeConnections: CloseConnections,
  ) {}

  /** The servers that live, and those that died and are not yet forgotten. */
  @Get()
  @RequireScope('read')
  async list(): Promise<readonly ServerAnswer[]> {
    const servers = await this.directory.servers();
    return servers.map(({ leasedAt, leaseUntil, ...rest }) => ({
      ...rest,
      leasedAt: leasedAt.toISOString(),
      leaseUntil: leaseUntil.toISOString(),
    }));
  }

  /** Lets a server admit no more, and ask its clients to go elsewhere, a few at a time. */
  @Post(':server/drain')
  @HttpCode(202)
  @RequireScope('admin')
  async drain(@Param('server') server: string): Promise<{ readonly server: string; readonly connections: number }> {
    checkServer(server);
    return this.closeConnections.drain(server);
  }
}
