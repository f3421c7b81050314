import { Module, type DynamicModule, type OnApplicationBootstrap } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { type Server } from 'node:http';
import { Backends } from '@switchboard/backends';
import { BusTransport } from '@switchboard/bus';
import { Metrics } from '@switchboard/observability';
import { AwaitReplies, DatabaseClock, LocalDelivery } from '@switchboard/routing';
import { DeliverEvent } from './delivery/deliver-event';
import { DeliverEventsController } from './delivery/deliver-events.controller';
import { Gateway, type GatewayModuleSettings } from './gateway';
import { ServerLife } from './server/server-life';

/**
 * Holds sockets, and turns events into frames. Needs BackendsModule. Exports `LocalDelivery`, `AwaitReplies` and `DatabaseClock`, for a process that takes messages as well, and
 * what the app starts: first the `BusTransport` as a microservice, then `ServerLife`.
 */
@Module({ controllers: [DeliverEventsController] })
export class GatewayModule implements OnApplicationBootstrap {
  constructor(
    private readonly adapterHost: HttpAdapterHost,
    private readonly gateway: Gateway,
  ) {}

  static with(settings: GatewayModuleSettings): DynamicModule {
    return {
      module: GatewayModule,
      providers: [
        { provide: BusTransport, inject: [Backends], useFactory: ({ bus }: Backends) => new BusTransport(bus) },
        {
          provide: Gateway,
          inject: [Backends, Metrics, BusTransport],
          useFactory: (backends: Backends, metrics: Metrics, transport: BusTransport) =>
            new Gateway({ backends, metrics, transport, settings }),
        },
        { provide: ServerLife, inject: [Gateway], useFactory: ({ life }: Gateway) => life },
        { provide: DeliverEvent, inject: [Gateway], useFactory: ({ deliverEvent }: Gateway) => deliverEvent },
        { provide: LocalDelivery, useExisting: DeliverEvent },
        { provide: DatabaseClock, inject: [Gateway], useFactory: ({ clock }: Gateway) => clock },
        { provide: AwaitReplies, inject: [Gateway], useFactory: ({ awaitReplies }: Gateway) => awaitReplies },
      ],
      exports: [Gateway, BusTransport, ServerLife, LocalDelivery, AwaitReplies, DatabaseClock],
    };
  }

  onApplicationBootstrap(): void {
    this.gateway.endpoint.attach(this.adapterHost.httpAdapter.getHttpServer() as Server);
  }
}
