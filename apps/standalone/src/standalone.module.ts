import { Module, type DynamicModule } from '@nestjs/common';
import { BackendsModule } from '@switchboard/backends';
import { InProcessEventBus } from '@switchboard/bus';
import { ObservabilityModule } from '@switchboard/observability';
import { ApiModule, ApiPartsModule } from '../../api/src';
import { ClientSendsModule, GatewayModule, GatewayReadinessModule } from '../../gateway/src';
import { DEMO_OPTIONS, DemoController } from './demo/demo.controller';
import { type DevelopmentKeys } from './development-keys';
import { type ProcessSettings } from './process-settings';

/** Gateway and API in one process, on PostgreSQL and the in-process bus. */
@Module({})
export class StandaloneModule {
  /** @param keys development keys, which the demo page works with; without them there is no demo page */
  static with(settings: ProcessSettings, keys: DevelopmentKeys | undefined): DynamicModule {
    const gateway = GatewayModule.with(settings);
    const apiParts = ApiPartsModule.with(settings, [gateway]);
    const adminAddress = settings.adminPort === undefined ? undefined : { host: settings.host, port: settings.adminPort };
    return {
      module: StandaloneModule,
      imports: [
        BackendsModule.with(settings, new InProcessEventBus()),
        gateway,
        ApiModule.with([apiParts]),
        ClientSendsModule.with([gateway, apiParts]),
        ObservabilityModule.with({ imports: [GatewayReadinessModule.with(gateway)], adminAddress }),
      ],
      ...(keys === undefined
        ? {}
        : { controllers: [DemoController], providers: [{ provide: DEMO_OPTIONS, useValue: { ...keys, host: settings.host } }] }),
    };
  }
}
