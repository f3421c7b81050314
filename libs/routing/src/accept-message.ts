import { streamOf, SwitchboardError, type StreamKey, type StreamTarget } from '@switchboard/protocol';
import { type MessageContent } from '@switchboard/protocol/events';
import { type MessageLog } from '@switchboard/message-log';
import { type RouteEvent } from './route-event';

/** A message that somebody asked to deliver. */
export interface MessageToAccept {
  readonly target: StreamTarget;
  readonly content: MessageContent;
}

/** A message that is in the log: it will be delivered to whoever follows its stream before it expires. */
export interface AcceptedMessage {
  readonly id: string;
  readonly stream: StreamKey;
  readonly seq: number;
  /** Milliseconds since 1970, on the database's clock. */
  readonly timeMs: number;
}

/** Takes messages: commits each to its stream, then sends it on its way. */
export class AcceptMessage {
  private routing = 0;

  /** @param mostRouting how many messages may be on their way to the bus at once; beyond it, new ones are refused */
  constructor(
    private readonly log: MessageLog,
    private readonly routeEvent: RouteEvent,
    private readonly mostRouting: number,
  ) {}

  /**
   * Resolves once the message is committed; the routing goes on behind it.
   * @throws SwitchboardError `overloaded`, `unavailable` (it was not kept) or `outcome_unknown`
   */
  async accept({ target, content }: MessageToAccept): Promise<AcceptedMessage> {
    if (this.routing >= this.mostRouting) throw new SwitchboardError('overloaded', 'Too many messages are on their way to the bus.');
    const stream = streamOf(target);
    this.routing += 1;
    try {
      const { id, seq, timeMs, expiresAtMs } = await this.log.append({ stream, content });
      void this.routeEvent.route({ stream, seq, id, timeMs, expiresAtMs, content }).finally(() => (this.routing -= 1));
      return { id, stream, seq, timeMs };
    } catch (error) {
      this.routing -= 1;
      throw error;
    }
  }
}
