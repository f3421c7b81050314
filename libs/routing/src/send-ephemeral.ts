import { BusError, EVERYBODYS_SLOT, type EventBus } from '@switchboard/bus';
import { uuidV7 } from '@switchboard/message-log';
import { connectionStream, EVERYONE, streamOf, SwitchboardError, type StreamKey, type StreamTarget } from '@switchboard/protocol';
import { encodeBusEvent, type EphemeralEvent, type MessageContent, type Wait } from '@switchboard/protocol/events';
import { lookupError, type ServerLookup } from '@switchboard/registry';
import { type DatabaseClock } from './database-clock';
import { type LocalDelivery } from './local-delivery';
import { MOST_SERVERS_EACH } from './route-event';

/** Whom an ephemeral message is for. */
export type EphemeralTarget = StreamTarget | { readonly connection: string };

/** An ephemeral message that somebody asks to deliver. */
export interface EphemeralToSend {
  readonly target: EphemeralTarget;
  readonly content: MessageContent;
  /** For how long it is worth anything, from 1; default and maximum are settings. */
  readonly ttlMs?: number | undefined;
  /** For a slow client the newest with a key replaces the older. */
  readonly conflateKey?: string | undefined;
  /** Who waits to hear that it was written. */
  readonly wait?: Wait | undefined;
}

/** An ephemeral message that is on its way. */
export interface SentEphemeral {
  readonly id: string;
  readonly stream: StreamKey;
  /** Milliseconds since 1970, on the database's clock. */
  readonly timeMs: number;
  /** Whether somebody may get it: a server follows its stream, or that is not known. */
  readonly isFollowed: boolean;
}

/** How long ephemeral messages are worth anything. */
export interface EphemeralLifetimes {
  readonly defaultTtlMs: number;
  /** Longer wishes are cut. */
  readonly maxTtlMs: number;
}

/** What sending needs. */
export interface SendEphemeralParts {
  readonly servers: Pick<ServerLookup, 'slotsOf' | 'slotOfConnection'>;
  readonly bus: Pick<EventBus, 'publish'>;
  readonly local: LocalDelivery;
  readonly clock: Pick<DatabaseClock, 'nowMs'>;
  readonly lifetimes: EphemeralLifetimes;
  /** An event was handed to the bus. */
  readonly eventSent: () => void;
}

/**
 * Sends messages that are in no log: to this process's own sockets at once, to each other server concerned as one event. Whoever is not there
 * never gets it. Those that one process sends to one stream keep their order.
 */
export class SendEphemeral {
  constructor(private readonly parts: SendEphemeralParts) {}

  /**
   * Resolves once every server concerned has been sent it.
   * @throws SwitchboardError `not_found` (no such connection), `overloaded` or `unavailable`: then some may have got it, and others will not
   */
  async send({ target, content, ttlMs, conflateKey, wait }: EphemeralToSend): Promise<SentEphemeral> {
    const { local, clock, lifetimes } = this.parts;
    const timeMs = clock.nowMs();
    const event: EphemeralEvent = {
      kind: 'ephemeral',
      to: 'connection' in target ? target : { stream: streamOf(target) },
      id: uuidV7(timeMs).toString('base64url'),
      timeMs,
      expiresAtMs: timeMs + Math.min(ttlMs ?? lifetimes.defaultTtlMs, lifetimes.maxTtlMs),
      conflateKey,
      origin: local.origin,
      wait,
      content,
    };
    const isHere = local.deliverEphemeral(event);
    const isFollowed = await this.sendToOthers(event, isHere);
    return { id: event.id, stream: 'stream' in event.to ? event.to.stream : connectionStream(event.to.connection), timeMs, isFollowed };
  }

  /** Whether anybody may get it. */
  private async sendToOthers(event: EphemeralEvent, isHere: boolean): Promise<boolean> {
    const { to } = event;
    if ('connection' in to) {
      if (!isHere) await this.publish(event, [await this.slotOfConnection(to.connection)]);
      return true;
    }
    if (to.stream === EVERYONE) {
      await this.publish(event, [EVERYBODYS_SLOT]);
      return true;
    }
    const { servers, local } = this.parts;
    const slots = await servers.slotsOf(to.stream).catch(rethrowLookup);
    const others = slots.filter((slot) => slot !== local.slot);
    await this.publish(event, others.length > MOST_SERVERS_EACH ? [EVERYBODYS_SLOT] : others);
    return isHere || slots.length > 0;
  }

  private async slotOfConnection(id: string): Promise<number> {
    const slot = await this.parts.servers.slotOfConnection(id).catch(rethrowLookup);
    if (slot === undefined) throw new SwitchboardError('not_found', 'There is no such connection.');
    return slot;
  }

  private async publish(event: EphemeralEvent, slots: readonly number[]): Promise<void> {
    if (slots.length === 0) return;
    if (event.expiresAtMs <= this.parts.clock.nowMs()) throw new SwitchboardError('unavailable', 'It expired before it could be sent.');
    const bytes = encodeBusEvent(event);
    const outcomes = await Promise.allSettled(slots.map((slot) => this.parts.bus.publish(slot, bytes)));
    for (const { status } of outcomes) if (status === 'fulfilled') this.parts.eventSent();
    const failure = outcomes.find((outcome) => outcome.status === 'rejected');
    if (failure !== undefined) throw publishError(failure.reason);
  }
}

function rethrowLookup(error: unknown): never {
  throw lookupError(error);
}

function publishError(error: unknown): SwitchboardError {
  return new SwitchboardError(publishErrorCode(error), undefined, { cause: error });
}

function publishErrorCode(error: unknown): 'overloaded' | 'unavailable' | 'internal' {
  if (!(error instanceof BusError)) return 'internal';
  if (error.code === 'bus_queue_full') return 'overloaded';
  return error.retryable ? 'unavailable' : 'internal';
}
