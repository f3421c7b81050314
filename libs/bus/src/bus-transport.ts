import { type CustomTransportStrategy, type MessageHandler, Server } from '@nestjs/microservices';
import { isObservable, lastValueFrom } from 'rxjs';
import { BusContext } from './bus-context';
import { DELIVER_PATTERN } from './deliver-pattern';
import { type EventBus, type FollowedSlot } from './event-bus';
import { settlesWithin } from './settles-within';

/** How a transport is set up; all of it may be left out. */
export interface BusTransportOptions {
  /** How long `close` waits for handlers that still run (default 5000): longer than a healthy one takes, shorter than a pod's grace period. */
  readonly closeDeadlineMs?: number;
}

/**
 * Makes any EventBus a transport of Nest microservices.
 *
 *     app.connectMicroservice({ strategy: new BusTransport(bus) });
 *     @DeliverEvents() deliver(@Payload() events: readonly Buffer[], @Ctx() { slot }: BusContext) {}
 *
 * `listen` only binds the handler, since a server learns its slot later, from its lease: then `follow` positions the readers. Nothing
 * further of a slot is read while its handler's promise is pending. What a handler throws is logged and counted, and reading goes on.
 * The bus is connected and closed by whoever made it.
 */
export class BusTransport extends Server implements CustomTransportStrategy {
  override readonly transportId = Symbol('bus');
  /** Errors come to us, as those of ServerKafka do: Nest would log them without our counting them. */
  override readonly propagatesEventHandlerErrors = true;
  private readonly followed = new Map<number, FollowedSlot>();
  private handler: MessageHandler<readonly Buffer[], BusContext> | undefined;
  private failures = 0;
  private isClosed = false;
  /** The last change of slots; changes run one after the other. */
  private change: Promise<void> = Promise.resolve();

  private readonly closeDeadlineMs: number;

  constructor(
    private readonly bus: EventBus,
    { closeDeadlineMs = 5000 }: BusTransportOptions = {},
  ) {
    super();
    this.closeDeadlineMs = closeDeadlineMs;
  }

  /** How many batches a handler has failed. */
  get failedBatches(): number {
    return this.failures;
  }

  /** The slots that are read now. */
  get followedSlots(): readonly number[] {
    return [...this.followed.keys()];
  }

  listen(callback: (error?: Error) => void): void {
    const handler = this.getHandlerByPattern(DELIVER_PATTERN);
    if (handler === null) {
      callback(new Error(`no @EventPattern('${DELIVER_PATTERN}') handles the events of the bus`));
      return;
    }
    this.handler = handler;
    callback();
  }

  /**
   * Reads exactly these slots from now on, each new one from its end; resolves once all ends are captured. Slots that are no longer named
   * are stopped first; those that are read already go on without a break. Calls run one after the other.
   * @throws BusError if a slot cannot be read; call again to go on
   */
  follow(slots: readonly number[]): Promise<void> {
    return this.next(async () => {
      if (this.handler === undefined) throw new Error('the transport does not listen yet: start the microservices first');
      if (this.isClosed) return;
      const gone = this.followedSlots.filter((slot) => !slots.includes(slot));
      await Promise.all(gone.map((slot) => this.stop(slot)));
      for (const slot of slots) {
        if (!this.followed.has(slot)) this.followed.set(slot, await this.bus.follow(slot, (events) => this.handle(slot, events)));
      }
    });
  }

  /** Stops all reading; once it resolves no handler is called. A handler that still runs is waited for, up to the deadline. */
  async close(): Promise<void> {
    this.isClosed = true;
    const stopped = this.next(async () => {
      await Promise.all(this.followedSlots.map((slot) => this.stop(slot)));
    });
    if (!(await settlesWithin(stopped, this.closeDeadlineMs))) this.logger.warn('A handler still runs; it is not waited for any longer');
  }

  on(event: string): never {
    throw new Error(`a bus has no event '${event}'`);
  }

  /** The EventBus. */
  // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- the base class has it
  unwrap<T = EventBus>(): T {
    return this.bus as T;
  }

  private next(change: () => Promise<void>): Promise<void> {
    const done = this.change.then(change);
    this.change = done.catch(() => undefined); // the caller has the error; the next change goes on without it
    return done;
  }

  private async stop(slot: number): Promise<void> {
    await this.followed.get(slot)?.stop();
    this.followed.delete(slot);
  }

  private async handle(slot: number, events: readonly Buffer[]): Promise<void> {
    try {
      const result: unknown = await this.handler?.(events, new BusContext([slot]));
      if (isObservable(result)) await lastValueFrom(result, { defaultValue: undefined });
    } catch (error) {
      this.failures += 1;
      this.logger.error(`The handler of slot ${String(slot)} failed; its batch of ${String(events.length)} events is given up`, error);
    }
  }
}
