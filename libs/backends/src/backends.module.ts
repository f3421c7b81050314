import { Module, type DynamicModule } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { EventBus } from '@switchboard/bus';
import { MessageLog } from '@switchboard/message-log';
import { Metrics } from '@switchboard/observability';
import { ChannelMembers, ConnectionDirectory, ServerDirectory, ServerLookup } from '@switchboard/registry';
import { type BackendSettings } from './backend-settings';
import { Backends } from './backends';

/** Provides the backends of a process, each under its class, to all of its modules. */
@Module({})
export class BackendsModule {
  /** @param bus the adapter that the app has chosen, not yet connected */
  static with(settings: BackendSettings, bus: EventBus): DynamicModule {
    const backends = new Backends(settings, bus);
    const providers = [
      { provide: Backends, useValue: backends },
      { provide: DataSource, useValue: backends.dataSource },
      { provide: EventBus, useValue: bus },
      { provide: MessageLog, useValue: backends.messageLog },
      { provide: ServerLookup, useValue: backends.serverLookup },
      { provide: ConnectionDirectory, useValue: backends.connectionDirectory },
      { provide: ChannelMembers, useValue: backends.channelMembers },
      { provide: ServerDirectory, useValue: backends.serverDirectory },
      { provide: Metrics, useValue: new Metrics() },
    ];
    return { module: BackendsModule, global: true, providers, exports: providers.map(({ provide }) => provide) };
  }
}
