import { Logger, Module, type DynamicModule, type ModuleMetadata } from '@nestjs/common';
import { EventBus } from '@switchboard/bus';
import { MessageLog } from '@switchboard/message-log';
import { Metrics } from '@switchboard/observability';
import { ServerLookup } from '@switchboard/registry';
import { AcceptMessage } from './accept-message';
import { AwaitOutcome } from './await-outcome';
import { AwaitReplies } from './await-replies';
import { DatabaseClock } from './database-clock';
import { LocalDelivery } from './local-delivery';
import { RouteEvent } from './route-event';
import { SendCommand } from './send-command';
import { SendEphemeral } from './send-ephemeral';

/** What routing is made of, besides the backends of the process. */
export interface RoutingOptions {
  /** Modules that export `LocalDelivery`, `AwaitReplies` and `DatabaseClock`. */
  readonly imports: NonNullable<ModuleMetadata['imports']>;
  /** How many messages may be on their way to the bus at once. */
  readonly mostRouting: number;
  readonly ephemeralDefaultTtlMs: number;
  readonly ephemeralMaxTtlMs: number;
}

/** Provides AcceptMessage, SendEphemeral, SendCommand and AwaitOutcome. */
@Module({})
export class RoutingModule {
  static with({ imports, mostRouting, ephemeralDefaultTtlMs, ephemeralMaxTtlMs }: RoutingOptions): DynamicModule {
    const logger = new Logger(RouteEvent.name);
    const routeEvent = {
      provide: RouteEvent,
      inject: [ServerLookup, EventBus, LocalDelivery, Metrics],
      useFactory: (servers: ServerLookup, bus: EventBus, local: LocalDelivery, { set }: Metrics) =>
        new RouteEvent(servers, bus, local, {
          eventSent: () => {
            set.eventsSent.inc();
          },
          hintLost: (stream, error) => {
            set.hintsLost.inc();
            logger.debug('An event was not sent; reconciling brings the message.', error, { stream });
          },
        }),
    };
    const acceptMessage = {
      provide: AcceptMessage,
      inject: [MessageLog, RouteEvent],
      useFactory: (log: MessageLog, route: RouteEvent) => new AcceptMessage(log, route, mostRouting),
    };
    const sendCommand = {
      provide: SendCommand,
      inject: [AwaitReplies, EventBus, Metrics],
      useFactory: (awaitReplies: AwaitReplies, bus: EventBus, { set }: Metrics) =>
        new SendCommand(awaitReplies, bus, {
          commandSent: () => {
            set.commandsSent.inc();
          },
          commandFailed: (error) => {
            set.commandsFailed.inc();
            logger.debug('A command was not sent.', error);
          },
        }),
    };
    const awaitOutcome = {
      provide: AwaitOutcome,
      inject: [AwaitReplies],
      useFactory: (awaitReplies: AwaitReplies) => new AwaitOutcome(awaitReplies),
    };
    const sendEphemeral = {
      provide: SendEphemeral,
      inject: [ServerLookup, EventBus, LocalDelivery, DatabaseClock, Metrics],
      useFactory: (servers: ServerLookup, bus: EventBus, local: LocalDelivery, clock: DatabaseClock, { set }: Metrics) =>
        new SendEphemeral({
          servers,
          bus,
          local,
          clock,
          lifetimes: { defaultTtlMs: ephemeralDefaultTtlMs, maxTtlMs: ephemeralMaxTtlMs },
          eventSent: () => {
            set.eventsSent.inc();
          },
        }),
    };
    return {
      module: RoutingModule,
      imports,
      providers: [routeEvent, acceptMessage, sendEphemeral, sendCommand, awaitOutcome],
      exports: [AcceptMessage, SendEphemeral, SendCommand, AwaitOutcome],
    };
  }
}
