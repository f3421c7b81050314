import { Module, type DynamicModule } from '@nestjs/common';
import { Backends, BackendsModule } from '@switchboard/backends';
import { type EventBus } from '@switchboard/bus';
import { KafkaEventBus, KafkaEventPublisher } from '@switchboard/bus-kafka';
import { OutboxModule } from '@switchboard/outbox';
import { ObservabilityModule, Readiness } from '@switchboard/observability';
import { LocalDelivery, NoLocalDelivery } from '@switchboard/routing';
import { ApiPartsModule } from './api-parts.module';
import { ApiModule } from './api.module';
import { type ProcessSettings } from './process-settings';
import { AnswerSlotModule } from './slot/answer-slot.module';

/** What differs where no sockets are held: nothing is delivered here, and the database is all that a message needs. */
@Module({
  providers: [
    { provide: LocalDelivery, useClass: NoLocalDelivery },
    { provide: Readiness, inject: [Backends], useFactory: ({ databaseCheck }: Backends) => new Readiness([databaseCheck]) },
  ],
  exports: [LocalDelivery, Readiness],
})
class WithoutSocketsModule {}

/** A process of the API alone: PostgreSQL, Kafka, and no sockets of clients. Its slot is for answers only, so it is ready without. */
@Module({})
export class ApiProcessModule {
  /**
   * Opens nothing yet: that happens when the application is initialized.
   * @param bus not yet connected
   */
  static with(settings: ProcessSettings, bus: EventBus = new KafkaEventBus(settings)): DynamicModule {
    const answerSlot = AnswerSlotModule.with(settings);
    const adminAddress = settings.adminPort === undefined ? undefined : { host: settings.host, port: settings.adminPort };
    return {
      module: ApiProcessModule,
      imports: [
        BackendsModule.with(settings, bus),
        OutboxModule.with(settings, new KafkaEventPublisher(settings)),
        answerSlot,
        ApiModule.with([ApiPartsModule.with(settings, [WithoutSocketsModule, answerSlot])]),
        ObservabilityModule.with({ imports: [WithoutSocketsModule], adminAddress }),
      ],
    };
  }
}
