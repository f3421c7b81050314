import { Logger } from '@nestjs/common';
import { type Idempotency } from '@switchboard/message-log';
import { type Metrics } from '@switchboard/observability';
import { SwitchboardError, userStream, type OkFrame } from '@switchboard/protocol';
import { encodeContent, type MessageContent } from '@switchboard/protocol/events';
import { checkSendOptions } from '@switchboard/protocol/schemas';
import { hashOfMessage, type AcceptMessage, type SendEphemeral } from '@switchboard/routing';
import { type GatewayOptions } from '../gateway-options';
import { errorFrame } from '../frames/error-frame';
import { allowsPublish } from '../tokens/token-grants';
import { type ClientConnection } from './client-connection';
import { type SendFrameRead } from './client-frame';

const SECOND_MS = 1_000;

/** What takes messages: those that are kept, and those that are not. */
export interface MessageTakers {
  readonly acceptMessage: Pick<AcceptMessage, 'accept'>;
  readonly sendEphemeral: Pick<SendEphemeral, 'send'>;
}

/** What sending needs. */
export interface SendMessageParts {
  /** Undefined as long as this process takes no messages. */
  readonly takers: () => MessageTakers | undefined;
  readonly metrics: Metrics;
  readonly options: Pick<GatewayOptions, 'dataBytes'>;
}

/** Answers `send`: takes a message of a client, as of a service, and says from whom it is. */
export class SendMessage {
  private readonly logger = new Logger(SendMessage.name);

  constructor(private readonly parts: SendMessageParts) {}

  /**
   * Resolves when it is answered; never rejects. Messages for one stream get their numbers in the order of the calls, also of calls that do not
   * wait for each other.
   */
  async send(connection: ClientConnection, frame: SendFrameRead): Promise<void> {
    const { id } = frame;
    try {
      const retryAfterMs = connection.rates?.send() ?? 0;
      if (retryAfterMs > 0) {
        this.parts.metrics.set.limitsReached.inc({ limit: 'sends' });
        this.refuse(connection, id, new SwitchboardError('rate_limited'), retryAfterMs);
        return;
      }
      connection.socket.send({ type: 'ok', id, ...(await this.take(connection, frame)) });
    } catch (error) {
      if (!(error instanceof SwitchboardError) || error.code === 'internal')
        this.logger.error('A message of a client could not be taken.', error);
      this.refuse(connection, id, error instanceof SwitchboardError ? error : new SwitchboardError('internal'));
    }
  }

  private async take({ identity }: ClientConnection, frame: SendFrameRead): Promise<Omit<OkFrame, 'type' | 'id'>> {
    const { to: target, event, data, ttlSeconds, conflateKey } = frame;
    if (identity === undefined || !allowsPublish(identity.publish, target)) throw new SwitchboardError('publish_forbidden');
    const { dataBytes } = this.parts.options;
    if (data.length > dataBytes)
      throw new SwitchboardError('too_large', `data has ${String(data.length)} bytes; at most ${String(dataBytes)} are allowed.`);
    checkSendOptions(frame);
    const takers = this.parts.takers();
    if (takers === undefined) throw new SwitchboardError('unavailable');
    const content = encodeContent({ event, from: { user: identity.user } }, data);
    const ttlMs = ttlSeconds === undefined ? undefined : ttlSeconds * SECOND_MS;
    const { set } = this.parts.metrics;
    if (frame.durability === 'ephemeral') {
      const { id, stream, timeMs } = await takers.sendEphemeral.send({ target, content, ttlMs, conflateKey });
      set.ephemeralsSent.inc();
      return { messageId: id, stream, time: new Date(timeMs).toISOString() };
    }
    const idempotency = idempotencyOf(frame, identity.user, content, ttlMs);
    const { id, stream, seq, timeMs, isReplay } = await takers.acceptMessage.accept({ target, content, ttlMs, idempotency });
    (isReplay ? set.messagesReplayed : set.messagesAccepted).inc();
    return { messageId: id, stream, seq, time: new Date(timeMs).toISOString() };
  }

  private refuse({ socket }: ClientConnection, id: number, error: SwitchboardError, retryAfterMs?: number): void {
    this.parts.metrics.set.messagesRefused.inc({ code: error.code });
    socket.send(errorFrame(error, retryAfterMs === undefined ? { id } : { id, retryAfterMs }));
  }
}

/** The prefix of the sender keeps clients and services apart: those send as `key:` and the name of their API key. */
function idempotencyOf(
  { idempotencyKey: key }: SendFrameRead,
  user: string,
  content: MessageContent,
  ttlMs: number | undefined,
): Idempotency | undefined {
  return key === undefined ? undefined : { sender: userStream(user), key, hash: hashOfMessage(content, ttlMs) };
}
