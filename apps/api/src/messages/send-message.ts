import { Injectable } from '@nestjs/common';
import { Metrics } from '@switchboard/observability';
import { SwitchboardError, type StreamTarget } from '@switchboard/protocol';
import { encodeContent, type Wait } from '@switchboard/protocol/events';
import { checkSendOptions, type SendBody } from '@switchboard/protocol/schemas';
import { AcceptMessage, hashOfMessage, type AcceptedMessage } from '@switchboard/routing';
import { toSwitchboardError } from '../http/to-switchboard-error';
import { failureOf, type SendFailure, type SendResult } from './send-result';

const SECOND_MS = 1_000;

/** What a service sends, to whomever. */
export interface MessageOfService {
  /** The name of the service's API key. */
  readonly keyName: string;
  readonly fields: SendBody;
  /** Valid JSON, to be delivered as it is. */
  readonly data: Buffer;
  /** What to do while a request with the same idempotency key runs; see AcceptMessage. */
  readonly whenRunning?: 'refuse' | 'wait' | undefined;
  readonly wait?: Wait | undefined;
}

/** A message that was taken. */
export interface SentMessage extends Pick<AcceptedMessage, 'isReplay' | 'routed'> {
  readonly result: SendResult;
}

/** Takes the messages of services, and counts them. */
@Injectable()
export class SendMessage {
  constructor(
    private readonly acceptMessage: AcceptMessage,
    private readonly metrics: Metrics,
  ) {}

  /** To one target. @throws SwitchboardError */
  async toOne(target: StreamTarget, { keyName, fields, data, whenRunning, wait }: MessageOfService): Promise<SentMessage> {
    checkSendOptions(fields);
    const { event, durability, ttlSeconds, idempotencyKey } = fields;
    if (durability === 'ephemeral') throw new SwitchboardError('not_supported', 'Ephemeral messages are not supported yet.');
    const content = encodeContent({ event }, data);
    const ttlMs = ttlSeconds === undefined ? undefined : ttlSeconds * SECOND_MS;
    // The prefix keeps services and clients apart: those send as `user:` and their name.
    const idempotency =
      idempotencyKey === undefined ? undefined : { sender: `key:${keyName}`, key: idempotencyKey, hash: hashOfMessage(content, ttlMs) };
    const accepted = await this.acceptMessage.accept({ target, content, ttlMs, idempotency, whenRunning, wait });
    const { id, stream, seq, timeMs, isReplay, routed } = accepted;
    (isReplay ? this.metrics.set.messagesReplayed : this.metrics.set.messagesAccepted).inc();
    return { result: { id, stream, seq, time: new Date(timeMs).toISOString() }, isReplay, routed };
  }

  /** To several users, each once: a result or a failure for each, in the order in which they are named first. */
  async toUsers(users: readonly string[], message: MessageOfService): Promise<readonly (SendResult | SendFailure)[]> {
    const outcomes = await Promise.allSettled([...new Set(users)].map((user) => this.toOne({ user }, message)));
    return outcomes.map((outcome) => {
      if (outcome.status === 'fulfilled') {
        const { result, isReplay } = outcome.value;
        return isReplay ? { ...result, replayed: true } : result;
      }
      const error = toSwitchboardError(outcome.reason);
      this.metrics.set.messagesRefused.inc({ code: error.code });
      return failureOf(error);
    });
  }
}
