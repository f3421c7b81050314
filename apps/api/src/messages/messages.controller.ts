import { Body, Controller, HttpCode, Inject, Param, Post } from '@nestjs/common';
import { Metrics } from '@switchboard/observability';
import { SwitchboardError, type StreamTarget } from '@switchboard/protocol';
import { encodeContent } from '@switchboard/protocol/events';
import { addressedSendBody, readSendBody, sendBody, type SendBody, type SendBodyRead } from '@switchboard/protocol/schemas';
import { AcceptMessage } from '@switchboard/routing';
import { API_OPTIONS, type ApiOptions } from '../api-options';
import { RequireScope } from '../auth/require-scope';
import { checkChannel, checkUser } from '../http/check-names';

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
    const { to } = read.fields;
    if ('users' in to) throw new SwitchboardError('not_supported', 'Several users are not supported yet.');
    return this.send(to, read);
  }

  private async send(target: StreamTarget, { fields, data }: SendBodyRead<SendBody>): Promise<SendResult> {
    const { durability, ttlSeconds, idempotencyKey, conflateKey } = fields;
    if (durability === 'ephemeral' || (ttlSeconds ?? idempotencyKey ?? conflateKey) !== undefined)
      throw new SwitchboardError('not_supported', 'The options of messages are not supported yet.');
    const content = encodeContent({ event: fields.event }, data);
    const { id, stream, seq, timeMs } = await this.acceptMessage.accept({ target, content });
    this.metrics.set.messagesAccepted.inc();
    return { id, stream, seq, time: new Date(timeMs).toISOString() };
  }
}
