import { Body, Controller, HttpCode, Inject, Param, Post } from '@nestjs/common';
import { Metrics } from '@switchboard/observability';
import { type StreamTarget } from '@switchboard/protocol';
import { encodeContent } from '@switchboard/protocol/events';
import { addressedSendBody, sendBody } from '@switchboard/protocol/schemas';
import { AcceptMessage } from '@switchboard/routing';
import { API_OPTIONS, type ApiOptions } from '../api-options';
import { RequireScope } from '../auth/require-scope';
import { checkChannel, checkUser } from '../http/check-names';
import { readSendBody, type SendBodyRead } from './read-send-body';

/** The answer for one target: the message is in the log. */
interface SendResult {
  readonly id: string;
  readonly stream: string;
  readonly seq: number;
  /** RFC 3339 in UTC, with milliseconds. */
  readonly time: string;
}

/** Takes messages from services. */
@Controller('v1')
export class MessagesController {
  constructor(
    private readonly acceptMessage: AcceptMessage,
    private readonly metrics: Metrics,
    @Inject(API_OPTIONS) private readonly options: ApiOptions,
  ) {}

  /** To all of a user's devices. */
  @Post('users/:user/messages')
  @HttpCode(202)
  @RequireScope('send')
  toUser(@Param('user') user: string, @Body() body: unknown): Promise<SendResult> {
    checkUser(user);
    return this.send({ user }, readSendBody(sendBody, body, this.options.dataBytes));
  }

  /** To all subscribers of a channel. */
  @Post('channels/:channel/messages')
  @HttpCode(202)
  @RequireScope('send')
  toChannel(@Param('channel') channel: string, @Body() body: unknown): Promise<SendResult> {
    checkChannel(channel);
    return this.send({ channel }, readSendBody(sendBody, body, this.options.dataBytes));
  }

  /** To the target that the body names, for names that do not fit a path. */
  @Post('messages')
  @HttpCode(202)
  @RequireScope('send')
  toAddressee(@Body() body: unknown): Promise<SendResult> {
    const read = readSendBody(addressedSendBody, body, this.options.dataBytes);
    return this.send(read.fields.to, read);
  }

  private async send(target: StreamTarget, { fields, data }: SendBodyRead<{ readonly event?: string | undefined }>): Promise<SendResult> {
    const content = encodeContent({ event: fields.event }, data);
    const { id, stream, seq, timeMs } = await this.acceptMessage.accept({ target, content });
    this.metrics.set.messagesAccepted.inc();
    return { id, stream, seq, time: new Date(timeMs).toISOString() };
  }
}
