import { type EventBus } from '@switchboard/bus';
import { encodeBusEvent, type Reply, type ReplyAddress } from '@switchboard/protocol/events';
import { type AwaitReplies, type OwnSlot } from './await-replies';

/** Answers whoever waits, in this process or over the bus. Like every event an answer can be lost: then the time of whoever waits runs out. */
export class SendReply {
  /** @param onFailure hears why an answer could not be sent */
  constructor(
    private readonly own: OwnSlot,
    private readonly awaitReplies: AwaitReplies,
    private readonly bus: Pick<EventBus, 'publish'>,
    private readonly onFailure: (error: unknown) => void,
  ) {}

  /** Never throws. */
  send({ slot, id }: ReplyAddress, reply: Reply): void {
    if (slot === this.own.slot) this.awaitReplies.replied(id, reply);
    else this.bus.publish(slot, encodeBusEvent({ kind: 'reply', id, reply })).catch(this.onFailure);
  }
}
