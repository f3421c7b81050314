import { Logger } from '@nestjs/common';
import { type Metrics } from '@switchboard/observability';
import { SwitchboardError, userStream } from '@switchboard/protocol';
import { encodeContent } from '@switchboard/protocol/events';
import { checkSendOptions } from '@switchboard/protocol/schemas';
import { hashOfMessage, type AcceptedMessage, type AcceptMessage } from '@switchboard/routing';
import { type GatewayOptions } from '../gateway-options';
import { errorFrame } from '../frames/error-frame';
import { allowsPublish } from '../tokens/token-grants';
import { type ClientConnection } from './client-connection';
import { type SendFrameRead } from './client-frame';

const SECOND_MS = 1_000;

/** What sending needs. */
export interface SendMessageParts {
  /** Undefined as long as this process takes no messages. */
  readonly acceptMessage: () => Pick<AcceptMessage, 'accept'> | undefined;
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
      const { id: messageId, stream, seq, timeMs, isReplay } = await this.accept(connection, frame);
      const { messagesAccepted, messagesReplayed } = this.parts.metrics.set;
      (isReplay ? messagesReplayed : messagesAccepted).inc();
      connection.socket.send({ type: 'ok', id, messageId, stream, seq, time: new Date(timeMs).toISOString() });
    } catch (error) {
      if (!(error instanceof SwitchboardError) || error.code === 'internal')
        this.logger.error('A message of a client could not be taken.', error);
      this.refuse(connection, id, error instanceof SwitchboardError ? error : new SwitchboardError('internal'));
    }
  }

  private accept({ identity }: ClientConnection, frame: SendFrameRead): Promise<AcceptedMessage> {
    const { to, event, data, ttlSeconds, idempotencyKey } = frame;
    if (identity === undefined || !allowsPublish(identity.publish, to)) throw new SwitchboardError('publish_forbidden');
    const { dataBytes } = this.parts.options;
    if (data.length > dataBytes)
      throw new SwitchboardError('too_large', `data has ${String(data.length)} bytes; at most ${String(dataBytes)} are allowed.`);
    checkSendOptions(frame);
    if (frame.durability === 'ephemeral') throw new SwitchboardError('not_supported', 'Ephemeral messages are not supported yet.');
    const acceptMessage = this.parts.acceptMessage();
    if (acceptMessage === undefined) throw new SwitchboardError('unavailable');
    const content = encodeContent({ event, from: { user: identity.user } }, data);
    const ttlMs = ttlSeconds === undefined ? undefined : ttlSeconds * SECOND_MS;
    // The prefix keeps clients and services apart: those send as `key:` and the name of their API key.
    const sender = userStream(identity.user);
    const idempotency = idempotencyKey === undefined ? undefined : { sender, key: idempotencyKey, hash: hashOfMessage(content, ttlMs) };
    return acceptMessage.accept({ target: to, content, ttlMs, idempotency });
  }

  private refuse({ socket }: ClientConnection, id: number, error: SwitchboardError, retryAfterMs?: number): void {
    this.parts.metrics.set.messagesRefused.inc({ code: error.code });
    socket.send(errorFrame(error, retryAfterMs === undefined ? { id } : { id, retryAfterMs }));
  }
}
