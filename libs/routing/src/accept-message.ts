import { type OnApplicationShutdown } from '@nestjs/common';
import { streamOf, type StreamKey, type StreamTarget } from '@switchboard/protocol';
import { type StreamEvent, type MessageContent } from '@switchboard/protocol/events';
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
export class AcceptMessage implements OnApplicationShutdown {
  private readonly onTheirWay = new Set<Promise<void>>();

  /** @param mostRouting how many messages may be on their way to the bus at once; beyond it, the reconcile rounds bring them */
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
    const stream = streamOf(target);
    const { id, seq, timeMs, expiresAtMs } = await this.log.append({ stream, content });
    this.route({ kind: 'message', stream, seq, id, timeMs, expiresAtMs, content });
    return { id, stream, seq, timeMs };
  }

  /** Resolves once all that was accepted has been handed to the bus, or given up: the bus, which is global, is closed after it. */
  async onApplicationShutdown(): Promise<void> {
    await Promise.all(this.onTheirWay);
  }

  private route(event: StreamEvent): void {
    if (this.onTheirWay.size >= this.mostRouting) {
      this.routeEvent.giveUp(event, new Error('too many messages are on their way to the bus'));
      return;
    }
    const way = this.routeEvent.route(event).finally(() => this.onTheirWay.delete(way));
    this.onTheirWay.add(way);
  }
}
