import { Injectable } from '@nestjs/common';
import { Metrics } from '@switchboard/observability';
import { SwitchboardError } from '@switchboard/protocol';
import { encodeContent, type Wait } from '@switchboard/protocol/events';
import { checkSendOptions, type SendBody } from '@switchboard/protocol/schemas';
import { AcceptMessage, hashOfMessage, SendEphemeral, type AcceptedMessage, type EphemeralTarget } from '@switchboard/routing';
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
    private readonly sendEphemeral: SendEphemeral,
    private readonly metrics: Metrics,
  ) {}

  /** To one target; to a single connection ephemeral messages only. @throws SwitchboardError */
  async toOne(target: EphemeralTarget, message: MessageOfService): Promise<SentMessage> {
    checkSendOptions(message.fields);
    if (message.fields.durability === 'ephemeral') return this.ephemeral(target, message);
    if ('connection' in target)
      throw new SwitchboardError('invalid_field', 'durability: messages to one connection are ephemeral, since a connection has no log');
    const { keyName, fields, data, whenRunning, wait } = message;
    const content = encodeContent({ event: fields.event }, data);
    const ttlMs = ttlMsOf(fields);
    // The prefix keeps services and clients apart: those send as `user:` and their name.
    const idempotency =
      fields.idempotencyKey === undefined
        ? undefined
        : { sender: `key:${keyName}`, key: fields.idempotencyKey, hash: hashOfMessage(content, ttlMs) };
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

  private async ephemeral(target: EphemeralTarget, { fields, data, wait }: MessageOfService): Promise<SentMessage> {
    if (wait?.until === 'acked') throw new SwitchboardError('invalid_path', 'wait: an ephemeral message is never acknowledged');
    const content = encodeContent({ event: fields.event }, data);
    const sent = await this.sendEphemeral.send({ target, content, ttlMs: ttlMsOf(fields), conflateKey: fields.conflateKey, wait });
    const { id, stream, timeMs, isFollowed } = sent;
    this.metrics.set.ephemeralsSent.inc();
    return { result: { id, stream, time: new Date(timeMs).toISOString() }, isReplay: false, routed: Promise.resolve({ isFollowed }) };
  }
}

function ttlMsOf({ ttlSeconds }: SendBody): number | undefined {
  return ttlSeconds === undefined ? undefined : ttlSeconds * SECOND_MS;
}
