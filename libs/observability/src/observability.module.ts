import { Module, type DynamicModule, type ModuleMetadata } from '@nestjs/common';
import { AdminServer, type AdminAddress } from './admin-server';
import { HealthController } from './health.controller';
import { Metrics } from './metrics';
import { MetricsController } from './metrics.controller';

/** What the module is made of. */
export interface ObservabilityOptions {
  /** Modules that export `Metrics` and `Readiness`. */
  readonly imports: NonNullable<ModuleMetadata['imports']>;
  /** Serves the metrics here; without it they are on the port of the app. */
  readonly adminAddress?: AdminAddress | undefined;
}

/** `/livez`, `/readyz` and `/metrics`, the same in every app. */
@Module({})
export class ObservabilityModule {
  /** @returns the module, reading its metrics and checks from what `imports` export */
  static with({ imports, adminAddress }: ObservabilityOptions): DynamicModule {
    if (adminAddress === undefined) return { module: ObservabilityModule, imports, controllers: [HealthController, MetricsController] };
    const adminServer = {
      provide: AdminServer,
      useFactory: (metrics: Metrics) => new AdminServer(metrics, adminAddress),
      inject: [Metrics],
    };
    return { module: ObservabilityModule, imports, controllers: [HealthController], providers: [adminServer], exports: [AdminServer] };
  }
}
