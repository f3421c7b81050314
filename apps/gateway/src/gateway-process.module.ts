import { Logger, Module, type DynamicModule } from '@nestjs/common';
import { Backends, BackendsModule } from '@switchboard/backends';
import { KafkaEventBus } from '@switchboard/bus-kafka';
import { ObservabilityModule, Readiness } from '@switchboard/observability';
import { GatewayModule } from './gateway.module';
import { type ProcessSettings } from './process-settings';
import { ServerLife } from './server/server-life';

/** A process of the gateway alone: sockets of clients, PostgreSQL, Kafka. */
@Module({})
export class GatewayProcessModule {
  /** Opens nothing yet: that happens when the application is initialized. */
  static with(settings: ProcessSettings): DynamicModule {
    const logger = new Logger(KafkaEventBus.name);
    const bus = new KafkaEventBus({
      ...settings,
      onError: (error) => {
        logger.debug('The bus failed and goes on.', error);
      },
    });
    const gateway = GatewayModule.with(settings);
    const readiness = {
      module: ReadinessModule,
      imports: [gateway],
      providers: [
        {
          provide: Readiness,
          inject: [Backends, ServerLife],
          useFactory: (backends: Backends, life: ServerLife) =>
            new Readiness([backends.databaseCheck, { name: 'lease', isReady: () => life.isAdmitting() }]),
        },
      ],
      exports: [Readiness],
    };
    const adminAddress = settings.adminPort === undefined ? undefined : { host: settings.host, port: settings.adminPort };
    return {
      module: GatewayProcessModule,
      imports: [BackendsModule.with(settings, bus), gateway, ObservabilityModule.with({ imports: [readiness], adminAddress })],
    };
  }
}

@Module({})
class ReadinessModule {}
