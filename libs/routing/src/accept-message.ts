import { type OnApplicationShutdown } from '@nestjs/common';
import { streamOf, SwitchboardError, type StreamKey, type StreamTarget } from '@switchboard/protocol';
import { type HeadEvent, type MessageContent, type StreamEvent, type Wait } from '@switchboard/protocol/events';
import { type Idempotency, type MessageLog } from '@switchboard/message-log';
import { type Routed, type RouteEvent } from './route-event';

/** A message that somebody asked to deliver. */
export interface MessageToAccept {
  readonly target: StreamTarget;
  readonly content: MessageContent;
  /** How long it is kept, from 1; default and maximum are settings. */
  readonly ttlMs?: number | undefined;
  /** By what a repeat is known; its hash is made by `hashOfMessage`. */
  readonly idempotency?: Idempotency | undefined;
  /** While another call with the same idempotency key runs in this process: be refused (the default), or come after it. */
  readonly whenRunning?: 'refuse' | 'wait' | undefined;
  /** Who waits to hear what becomes of it. */
  readonly wait?: Wait | undefined;
}

/** A message that is in the log: it will be delivered to whoever follows its stream before it expires. */
export interface AcceptedMessage {
  readonly id: string;
  readonly stream: StreamKey;
  readonly seq: number;
  /** Milliseconds since 1970, on the database's clock. */
  readonly timeMs: number;
  /** Whether an earlier call with the same idempotency key has committed it. */
  readonly isReplay: boolean;
  /** Where its event went. Never rejects. */
  readonly routed: Promise<Routed>;
}

/** Takes messages: commits each to its stream, then sends it on its way. */
export class AcceptMessage implements OnApplicationShutdown {
  private readonly onTheirWay = new Set<Promise<Routed>>();
  private readonly running = new Set<string>();

  /** @param mostRouting how many messages may be on their way to the bus at once; beyond it, the reconcile rounds bring them */
  constructor(
    private readonly log: Pick<MessageLog, 'append'>,
    private readonly routeEvent: RouteEvent,
    private readonly mostRouting: number,
  ) {}

  /**
   * Resolves once the message is committed; the routing goes on behind it. A repeat by an idempotency key gets the first answer and is
   * handed to the bus again, without its content: whoever lacks it reads the log, which knows whether it was taken back meanwhile.
   * @throws SwitchboardError `overloaded`, `unavailable` (it was not kept), `outcome_unknown`, `idempotency_conflict` or
   * `idempotency_in_progress`
   */
  async accept({ target, content, ttlMs, idempotency, whenRunning = 'refuse', wait }: MessageToAccept): Promise<AcceptedMessage> {
    const stream = streamOf(target);
    const { id, seq, timeMs, expiresAtMs, isReplay } = await this.exclusively(stream, idempotency, whenRunning, () =>
      this.log.append({ stream, content, ttlMs, idempotency }),
    );
    const routed = this.route(
      isReplay ? { kind: 'head', stream, seq, wait } : { kind: 'message', stream, seq, id, timeMs, expiresAtMs, content, wait },
    );
    return { id, stream, seq, timeMs, isReplay, routed };
  }

  /** Resolves once all that was accepted has been handed to the bus, or given up: the bus, which is global, is closed after it. */
  async onApplicationShutdown(): Promise<void> {
    await Promise.all(this.onTheirWay);
  }

  /** One that comes after another with its key waits in the log's batches, which keep the order of a stream. */
  private async exclusively<Result>(
    stream: StreamKey,
    idempotency: Idempotency | undefined,
    whenRunning: 'refuse' | 'wait',
    append: () => Promise<Result>,
  ): Promise<Result> {
    if (idempotency === undefined || whenRunning === 'wait') return append();
    const scope = JSON.stringify([stream, idempotency.sender, idempotency.key]);
    if (this.running.has(scope)) throw new SwitchboardError('idempotency_in_progress');
    this.running.add(scope);
    try {
      return await append();
    } finally {
      this.running.delete(scope);
    }
  }

  private route(event: StreamEvent | HeadEvent): Promise<Routed> {
    if (this.onTheirWay.size >= this.mostRouting)
      return Promise.resolve(this.routeEvent.giveUp(event, new Error('too many messages are on their way to the bus')));
    const way = this.routeEvent.route(event).finally(() => this.onTheirWay.delete(way));
    this.onTheirWay.add(way);
    return way;
  }
}
