import { Module, type DynamicModule } from '@nestjs/common';
import { Backends } from '@switchboard/backends';
import { Readiness } from '@switchboard/observability';
import { ServerLife } from './server/server-life';

/** Provides the readiness of a process that holds sockets: the database answers, the lease is held, and connections are admitted. */
@Module({})
export class GatewayReadinessModule {
  /** @param gateway the GatewayModule of the process */
  static with(gateway: DynamicModule): DynamicModule {
    const readiness = {
      provide: Readiness,
      inject: [Backends, ServerLife],
      useFactory: ({ databaseCheck }: Backends, life: ServerLife) =>
        new Readiness([databaseCheck, { name: 'lease', isReady: () => life.isAdmitting() }]),
    };
    return { module: GatewayReadinessModule, imports: [gateway], providers: [readiness], exports: [Readiness] };
  }
}
