import { Module, type DynamicModule, type ModuleMetadata } from '@nestjs/common';
import { RoutingModule } from '@switchboard/routing';
import { type apiSettings, type SettingsOf } from '@switchboard/config';
import { API_OPTIONS } from './api-options';
import { ApiKeys } from './auth/api-keys';
import { KeyRates } from './auth/key-rates';

/** What `ApiModule` needs, made from the backends of the process. */
@Module({})
export class ApiPartsModule {
  /** @param imports modules that export `LocalDelivery`, `AwaitReplies` and `DatabaseClock` */
  static with(settings: SettingsOf<typeof apiSettings>, imports: NonNullable<ModuleMetadata['imports']>): DynamicModule {
    const routing = RoutingModule.with({ imports, ...settings });
    return {
      module: ApiPartsModule,
      imports: [routing],
      providers: [
        { provide: ApiKeys, useValue: new ApiKeys(settings.apiKeys) },
        { provide: KeyRates, useValue: new KeyRates(settings.requestsPerSecond) },
        { provide: API_OPTIONS, useValue: { dataBytes: settings.dataBytes } },
      ],
      exports: [routing, ApiKeys, KeyRates, API_OPTIONS],
    };
  }
}
