import { Controller, HttpCode, HttpStatus, Inject, Param, Post, Req, Res } from '@nestjs/common';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { SwitchboardError } from '@switchboard/protocol';
import { addressedSendBody, sendBody } from '@switchboard/protocol/schemas';
import { type EphemeralTarget, type Outcome, type WaitWish } from '@switchboard/routing';
import { API_OPTIONS, type ApiOptions } from '../api-options';
import { RequireScope } from '../auth/require-scope';
import { checkChannel, checkUser } from '../http/check-names';
import { readMessage } from './read-message';
import { readWait, WAIT_QUERY } from './read-wait';
import { SendAndWait } from './send-and-wait';
import { SendMessage, type MessageOfService, type SentMessage } from './send-message';
import { type SendFailure, type SendResult } from './send-result';

/** The answer to a request that waited. */
type SendResultAndOutcome = SendResult & Outcome;

/** Takes messages from services. */
@Controller('v1')
export class MessagesController {
  constructor(
    private readonly sendMessage: SendMessage,
    private readonly sendAndWait: SendAndWait,
    @Inject(API_OPTIONS) private readonly options: ApiOptions,
  ) {}

  /** To all of a user's devices; 200 if it is waited for. */
  @Post('users/:user/messages')
  @HttpCode(202)
  @RequireScope('send', WAIT_QUERY)
  toUser(
    @Param('user') user: string,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SendResult | SendResultAndOutcome> {
    checkUser(user);
    return this.toOne({ user }, this.read(request), reply, readWait(request));
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

  /** To one connection; what is sent there is ephemeral, whether the body says so or not. */
  @Post('connections/:connection/messages')
  @HttpCode(202)
  @RequireScope('send')
  toConnection(
    @Param('connection') connection: string,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SendResult> {
    const message = this.read(request);
    return this.toOne({ connection }, { ...message, fields: { durability: 'ephemeral', ...message.fields } }, reply);
  }

  /** To whom the body names: for names that do not fit a path, and for several users. */
  @Post('messages')
  @HttpCode(202)
  @RequireScope('send', WAIT_QUERY)
  async toAddressee(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SendResult | SendResultAndOutcome | { readonly results: readonly (SendResult | SendFailure)[] }> {
    const message = readMessage(addressedSendBody, request, this.options.dataBytes);
    const { to } = message.fields;
    const wish = readWait(request);
    if (wish !== undefined && !('user' in to)) throw new SwitchboardError('invalid_path', 'Only a message to one user can be waited for.');
    if ('users' in to) return { results: await this.sendMessage.toUsers(to.users, message) };
    return this.toOne(to, message, reply, wish);
  }

  private read(request: FastifyRequest): MessageOfService {
    return readMessage(sendBody, request, this.options.dataBytes);
  }

  private async toOne(
    target: EphemeralTarget,
    message: MessageOfService,
    reply: FastifyReply,
    wish?: WaitWish,
  ): Promise<SendResult | SendResultAndOutcome> {
    if (wish === undefined) return answerOf(await this.sendMessage.toOne(target, message), reply);
    const { sent, outcome } = await this.sendAndWait.send(target, message, wish);
    reply.status(HttpStatus.OK);
    return { ...answerOf(sent, reply), ...outcome };
  }
}

function answerOf({ result, isReplay }: SentMessage, reply: FastifyReply): SendResult {
  if (isReplay) reply.header('idempotency-replayed', 'true');
  return result;
}
