import { SwitchboardError } from '@switchboard/protocol';
import { type OutcomeReply, type Reply, type Wait } from '@switchboard/protocol/events';
import { type AwaitReplies, type AwaitedReplies } from './await-replies';
import { type Routed } from './route-event';

/** What somebody waits for, and for how long. */
export interface WaitWish {
  readonly until: Wait['until'];
  readonly timeoutMs: number;
}

/** What is known of a message when the waiting ends. */
export type Outcome = Omit<OutcomeReply, 'name'> | { readonly outcome: 'offline' | 'pending' };

/** Sends messages and waits for what becomes of them. Who waits is answered over the bus, so the database is asked for nothing. */
export class AwaitOutcome {
  constructor(private readonly awaitReplies: AwaitReplies) {}

  /**
   * Resolves when the wish is fulfilled: `written` or `acked`; `offline` at once if no server holds a connection of the user; `pending` when
   * the time is over, and at once if this process cannot be answered.
   * @param send sends the message, with whoever is to be told
   * @throws SwitchboardError `overloaded` if too many wait, and nothing was sent; what `send` throws
   */
  async of<Sent extends { readonly routed: Promise<Routed> }>(
    { until, timeoutMs }: WaitWish,
    send: (wait: Wait | undefined) => Promise<Sent>,
  ): Promise<{ readonly sent: Sent; readonly outcome: Outcome }> {
    const awaited = this.begin(timeoutMs);
    if (awaited === undefined) return { sent: await send(undefined), outcome: { outcome: 'pending' } };
    const { address, deadlineMs, replies, expect } = awaited;
    try {
      const sent = await send({ ...address, until, deadlineMs });
      let ended: Outcome = { outcome: 'pending' };
      const endIfOffline = ({ isFollowed }: Routed): void => {
        if (isFollowed) return;
        ended = { outcome: 'offline' };
        expect(0);
      };
      void sent.routed.then(endIfOffline);
      return { sent, outcome: outcomeOf(await replies) ?? ended };
    } finally {
      expect(0);
    }
  }

  private begin(timeoutMs: number): AwaitedReplies | undefined {
    try {
      return this.awaitReplies.begin(timeoutMs);
    } catch (error) {
      if (error instanceof SwitchboardError && error.code === 'unavailable') return undefined;
      throw error;
    }
  }
}

function outcomeOf(replies: readonly Reply[]): Outcome | undefined {
  const reply = replies.find(({ name }) => name === 'outcome');
  if (reply?.name !== 'outcome') return undefined;
  return { outcome: reply.outcome, ...(reply.device === undefined ? {} : { device: reply.device }) };
}
