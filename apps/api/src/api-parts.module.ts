import { Module, type DynamicModule, type ModuleMetadata } from '@nestjs/common';
import { ConnectionDirectory } from '@switchboard/registry';
import { RoutingModule } from '@switchboard/routing';
import { type apiSettings, type SettingsOf } from '@switchboard/config';
import { API_OPTIONS } from './api-options';
import { ApiKeys } from './auth/api-keys';
import { RegistryUserConnections } from './users/registry-user-connections';
import { UserConnections } from './users/user-connections';

/** What `ApiModule` needs, made from the backends of the process. */
@Module({})
export class ApiPartsModule {
  /** @param imports modules that export `LocalDelivery` */
  static with(settings: SettingsOf<typeof apiSettings>, imports: NonNullable<ModuleMetadata['imports']>): DynamicModule {
    const routing = RoutingModule.with({ imports, mostRouting: settings.mostRouting });
    return {
      module: ApiPartsModule,
      imports: [routing],
      providers: [
        { provide: ApiKeys, useValue: new ApiKeys(settings.apiKeys) },
        { provide: API_OPTIONS, useValue: { dataBytes: settings.dataBytes } },
        {
          provide: UserConnections,
          inject: [ConnectionDirectory],
          useFactory: (directory: ConnectionDirectory) => new RegistryUserConnections(directory),
        },
      ],
      exports: [routing, ApiKeys, API_OPTIONS, UserConnections],
    };
  }
}
