import { type EventBus } from '@switchboard/bus';
import { encodeBusEvent, type Command, type DoneReply } from '@switchboard/protocol/events';
import { type AwaitReplies } from './await-replies';

/** Counts commands. */
export interface CommandObserver {
  /** One was handed to the bus. */
  commandSent(): void;
  /** One was not. */
  commandFailed(error: unknown): void;
}

/** Tells servers what to do, each by its slot; this process too, if it is one of them. */
export class SendCommand {
  constructor(
    private readonly awaitReplies: AwaitReplies,
    private readonly bus: Pick<EventBus, 'publish'>,
    private readonly observer: CommandObserver,
  ) {}

  /**
   * Resolves with what the servers confirmed within the time; the command may have reached others all the same.
   * @throws SwitchboardError `unavailable` if this process cannot be answered, `overloaded` if too many wait for answers; then nothing was sent
   */
  async ask(slots: readonly number[], command: Command, timeoutMs: number): Promise<readonly DoneReply[]> {
    if (slots.length === 0) return [];
    const { address, replies, expect } = this.awaitReplies.begin(timeoutMs);
    expect(slots.length);
    const event = encodeBusEvent({ kind: 'command', command, replyTo: address });
    expect(await this.publish(slots, event));
    return (await replies).filter((reply) => reply.name === 'done');
  }

  /** Tells the servers without waiting for what they say. Never rejects; like every hint it can be lost. */
  async hint(slots: readonly number[], command: Command): Promise<void> {
    if (slots.length > 0) await this.publish(slots, encodeBusEvent({ kind: 'command', command }));
  }

  /** @returns to how many it was handed over */
  private async publish(slots: readonly number[], event: Buffer): Promise<number> {
    const outcomes = await Promise.allSettled(slots.map((slot) => this.bus.publish(slot, event)));
    let sent = 0;
    for (const outcome of outcomes) {
      if (outcome.status === 'rejected') {
        this.observer.commandFailed(outcome.reason);
      } else {
        this.observer.commandSent();
        sent += 1;
      }
    }
    return sent;
  }
}
