import { Body, Controller, Delete, Get, HttpCode, HttpStatus, Param, Post, Query, Res } from '@nestjs/common';
import { type FastifyReply } from 'fastify';
import { isUser, SwitchboardError } from '@switchboard/protocol';
import { closeBody, readBody } from '@switchboard/protocol/schemas';
import { ConnectionDirectory } from '@switchboard/registry';
import { RequireScope } from '../auth/require-scope';
import { checkServer } from '../http/check-names';
import { PAGE_LIMIT } from '../http/page-limit';
import { queryNumber } from '../http/query-number';
import { CloseConnections, type Closing } from './close-connections';
import { connectionAnswer, type ConnectionAnswer } from './connection-answer';

const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;

interface ConnectionsQuery {
  readonly user?: string;
  readonly server?: string;
  readonly limit?: string;
  readonly after?: string;
}

interface ConnectionsPage {
  readonly items: readonly ConnectionAnswer[];
  /** To be given as `after` for the next page; null: there is none. */
  readonly next: string | null;
}

/** Tells about connections, and closes them. */
@Controller('v1/connections')
export class ConnectionsController {
  constructor(
    private readonly directory: ConnectionDirectory,
    private readonly closeConnections: CloseConnections,
  ) {}

  /** The connections of a user, of a server, or all, page by page. */
  @Get()
  @RequireScope('read', ['user', 'server', 'limit', 'after'])
  async list(@Query() { user, server, limit: limitText, after }: ConnectionsQuery): Promise<ConnectionsPage> {
    if (user !== undefined && !isUser(user)) throw new SwitchboardError('invalid_path', 'user is not the name of a user.');
    if (server !== undefined) checkServer(server);
    if (after !== undefined && !UUID.test(after)) throw new SwitchboardError('invalid_path', 'after is not the next of a page.');
    const limit = queryNumber(limitText, PAGE_LIMIT);
    // One more, to know whether there is a next page.
    const found = await this.directory.page({ user, server, after, limit: limit + 1 });
    const items = found.slice(0, limit).map(connectionAnswer);
    return { items, next: found.length > limit ? (items.at(-1)?.id ?? null) : null };
  }

  /** One connection. */
  @Get(':connection')
  @RequireScope('read')
  async get(@Param('connection') id: string): Promise<ConnectionAnswer> {
    const found = UUID.test(id) ? await this.directory.find(id) : undefined;
    if (found === undefined) throw new SwitchboardError('not_found', 'There is no such connection.');
    return connectionAnswer(found);
  }

  /** Closes one connection; its client stays away until its application says otherwise. */
  @Delete(':connection')
  @HttpCode(204)
  @RequireScope('admin')
  async close(@Param('connection') id: string): Promise<void> {
    if (!UUID.test(id)) throw new SwitchboardError('not_found', 'There is no such connection.');
    await this.closeConnections.one(id);
  }

  /** Closes all connections of a user or server, some per second if told so; a dry run counts them. */
  @Post('close')
  @HttpCode(202)
  @RequireScope('admin')
  async closeAll(@Body() body: unknown, @Res({ passthrough: true }) reply: FastifyReply): Promise<Closing> {
    const { user, server = '', perSecond, dryRun = false } = readBody(closeBody, body);
    const whose = user === undefined ? { server } : { user };
    if (!dryRun) return this.closeConnections.all(whose, perSecond);
    reply.status(HttpStatus.OK);
    return this.closeConnections.count(whose);
  }
}
