import { Controller, HttpCode, Inject, Param, Post, Req, Res } from '@nestjs/common';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { type StreamTarget } from '@switchboard/protocol';
import { addressedSendBody, sendBody } from '@switchboard/protocol/schemas';
import { API_OPTIONS, type ApiOptions } from '../api-options';
import { RequireScope } from '../auth/require-scope';
import { checkChannel, checkUser } from '../http/check-names';
import { readMessage } from './read-message';
import { SendMessage, type MessageOfService } from './send-message';
import { type SendFailure, type SendResult } from './send-result';

/** Takes messages from services. */
@Controller('v1')
export class MessagesController {
  constructor(
    private readonly sendMessage: SendMessage,
    @Inject(API_OPTIONS) private readonly options: ApiOptions,
  ) {}

  /** To all of a user's devices. */
  @Post('users/:user/messages')
  @HttpCode(202)
  @RequireScope('send')
  toUser(
    @Param('user') user: string,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SendResult> {
    checkUser(user);
    return this.toOne({ user }, this.read(request), reply);
  }

  /** To all subscribers of a channel. */
  @Post('channels/:channel/messages')
  @HttpCode(202)
  @RequireScope('send')
  toChannel(
    @Param('channel') channel: string,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SendResult> {
    checkChannel(channel);
    return this.toOne({ channel }, this.read(request), reply);
  }

  /** To every connection. */
  @Post('everyone/messages')
  @HttpCode(202)
  @RequireScope('send')
  toEveryone(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply): Promise<SendResult> {
    return this.toOne({ everyone: true }, this.read(request), reply);
  }

  /** To whom the body names: for names that do not fit a path, and for several users. */
  @Post('messages')
  @HttpCode(202)
  @RequireScope('send')
  async toAddressee(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SendResult | { readonly results: readonly (SendResult | SendFailure)[] }> {
    const message = readMessage(addressedSendBody, request, this.options.dataBytes);
    const { to } = message.fields;
    if ('users' in to) return { results: await this.sendMessage.toUsers(to.users, message) };
    return this.toOne(to, message, reply);
  }

  private read(request: FastifyRequest): MessageOfService {
    return readMessage(sendBody, request, this.options.dataBytes);
  }

  private async toOne(target: StreamTarget, message: MessageOfService, reply: FastifyReply): Promise<SendResult> {
    const { result, isReplay } = await this.sendMessage.toOne(target, message);
    if (isReplay) reply.header('idempotency-replayed', 'true');
    return result;
  }
}
