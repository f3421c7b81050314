import { Logger, Module, type DynamicModule, type ModuleMetadata } from '@nestjs/common';
import { ChannelMembers, ServerLookup } from '@switchboard/registry';
import { ChangeMembership, RoutingModule, SendCommand } from '@switchboard/routing';
import { type apiSettings, type SettingsOf } from '@switchboard/config';
import { API_OPTIONS, type ApiOptions } from './api-options';
import { ApiKeys } from './auth/api-keys';
import { KeyRates } from './auth/key-rates';

/** What `ApiModule` needs, made from the backends of the process. */
@Module({})
export class ApiPartsModule {
  /** @param imports modules that export `LocalDelivery`, `AwaitReplies` and `DatabaseClock` */
  static with(settings: SettingsOf<typeof apiSettings>, imports: NonNullable<ModuleMetadata['imports']>): DynamicModule {
    const routing = RoutingModule.with({ imports, ...settings });
    const logger = new Logger(ChangeMembership.name);
    return {
      module: ApiPartsModule,
      imports: [routing],
      providers: [
        { provide: ApiKeys, useValue: new ApiKeys(settings.apiKeys) },
        { provide: KeyRates, useValue: new KeyRates(settings.requestsPerSecond) },
        {
          provide: ChangeMembership,
          inject: [ChannelMembers, ServerLookup, SendCommand],
          useFactory: (members: ChannelMembers, servers: ServerLookup, sendCommand: SendCommand) =>
            new ChangeMembership({
              members,
              servers,
              sendCommand,
              mostMemberships: settings.mostMemberships,
              hintLost: (error) => {
                logger.debug('Servers were not told of a membership; their rounds find it.', error);
              },
            }),
        },
        { provide: API_OPTIONS, useValue: settings satisfies ApiOptions },
      ],
      exports: [routing, ChangeMembership, ApiKeys, KeyRates, API_OPTIONS],
    };
  }
}
