import { Injectable } from '@nestjs/common';
import { MessageLog } from '@switchboard/message-log';
import { AwaitOutcome, type EphemeralTarget, type Outcome, type WaitWish } from '@switchboard/routing';
import { SendMessage, type MessageOfService, type SentMessage } from './send-message';

/** A message that was sent, and what was heard of it while somebody waited. */
export interface SentAndAwaited {
  readonly sent: SentMessage;
  readonly outcome: Outcome;
}

/** Sends a message to a user and waits for what becomes of it. */
@Injectable()
export class SendAndWait {
  constructor(
    private readonly sendMessage: SendMessage,
    private readonly awaitOutcome: AwaitOutcome,
    private readonly log: MessageLog,
  ) {}

  /** Resolves as AwaitOutcome does; a repeat of a message that was acknowledged before its user went offline is `acked`. @throws SwitchboardError */
  async send(target: EphemeralTarget, message: MessageOfService, wish: WaitWish): Promise<SentAndAwaited> {
    const { sent, outcome } = await this.awaitOutcome.of(wish, (wait) => this.sendMessage.toOne(target, { ...message, wait }));
    if (outcome.outcome !== 'offline' || wish.until !== 'acked' || !sent.isReplay || !('user' in target)) return { sent, outcome };
    const { seq = Infinity } = sent.result;
    const by = (await this.log.devices(target.user)).find(({ cursor }) => cursor >= seq);
    return { sent, outcome: by === undefined ? outcome : { outcome: 'acked', device: by.device } };
  }
}
