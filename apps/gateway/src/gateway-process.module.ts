import { Module, type DynamicModule } from '@nestjs/common';
import { BackendsModule } from '@switchboard/backends';
import { KafkaEventBus, KafkaEventPublisher } from '@switchboard/bus-kafka';
import { OutboxModule } from '@switchboard/outbox';
import { ObservabilityModule } from '@switchboard/observability';
import { RoutingModule } from '@switchboard/routing';
import { ClientSendsModule } from './client-sends.module';
import { GatewayReadinessModule } from './gateway-readiness.module';
import { GatewayModule } from './gateway.module';
import { type ProcessSettings } from './process-settings';

/** A process of the gateway alone: sockets of clients, PostgreSQL, Kafka. */
@Module({})
export class GatewayProcessModule {
  /** Opens nothing yet: that happens when the application is initialized. */
  static with(settings: ProcessSettings): DynamicModule {
    const bus = new KafkaEventBus(settings);
    const gateway = GatewayModule.with(settings);
    const adminAddress = settings.adminPort === undefined ? undefined : { host: settings.host, port: settings.adminPort };
    return {
      module: GatewayProcessModule,
      imports: [
        BackendsModule.with(settings, bus),
        OutboxModule.with(settings, new KafkaEventPublisher(settings)),
        gateway,
        ClientSendsModule.with([gateway, RoutingModule.with({ imports: [gateway], ...settings })]),
        ObservabilityModule.with({ imports: [GatewayReadinessModule.with(gateway)], adminAddress }),
      ],
    };
  }
}
