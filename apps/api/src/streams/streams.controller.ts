import { Controller, Get, Header, Param, Query } from '@nestjs/common';
import { MessageLog } from '@switchboard/message-log';
import { BOUNDS, channelStream, EVERYONE, userStream, type StreamKey } from '@switchboard/protocol';
import { RequireScope } from '../auth/require-scope';
import { checkChannel, checkUser } from '../http/check-names';
import { PAGE_LIMIT } from '../http/page-limit';
import { queryNumber } from '../http/query-number';
import { streamPageBody } from './stream-page-body';

/** Where a page begins. */
export const AFTER = { name: 'after', min: 0, max: BOUNDS.seq, fallback: 0 };
/** Of content; a page holds at least one message. */
const MOST_PAGE_BYTES = 1_048_576;
const JSON_TYPE = 'application/json; charset=utf-8';

interface PageQuery {
  readonly after?: string;
  readonly limit?: string;
}

/** Reads streams from the log, page by page. */
@Controller('v1')
export class StreamsController {
  constructor(private readonly log: MessageLog) {}

  /** The messages to a user. */
  @Get('users/:user/messages')
  @Header('content-type', JSON_TYPE)
  @RequireScope('read', ['after', 'limit'])
  ofUser(@Param('user') user: string, @Query() query: PageQuery): Promise<Buffer> {
    checkUser(user);
    return this.read(userStream(user), query);
  }

  /** The messages to a channel. */
  @Get('channels/:channel/messages')
  @Header('content-type', JSON_TYPE)
  @RequireScope('read', ['after', 'limit'])
  ofChannel(@Param('channel') channel: string, @Query() query: PageQuery): Promise<Buffer> {
    checkChannel(channel);
    return this.read(channelStream(channel), query);
  }

  /** The messages to everyone. */
  @Get('everyone/messages')
  @Header('content-type', JSON_TYPE)
  @RequireScope('read', ['after', 'limit'])
  ofEveryone(@Query() query: PageQuery): Promise<Buffer> {
    return this.read(EVERYONE, query);
  }

  private async read(stream: StreamKey, { after, limit }: PageQuery): Promise<Buffer> {
    const request = { stream, after: queryNumber(after, AFTER) };
    const bounds = { rows: queryNumber(limit, PAGE_LIMIT), bytes: MOST_PAGE_BYTES };
    return streamPageBody(await this.log.read(request, bounds));
  }
}
