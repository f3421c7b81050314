import { Module, type DynamicModule, type ModuleMetadata, type OnModuleInit } from '@nestjs/common';
import { AcceptMessage, SendEphemeral } from '@switchboard/routing';
import { Gateway } from './gateway';

/** Lets clients of a gateway send messages. It stands apart since what takes messages delivers to the gateway first. */
@Module({})
export class ClientSendsModule implements OnModuleInit {
  constructor(
    private readonly gateway: Gateway,
    private readonly acceptMessage: AcceptMessage,
    private readonly sendEphemeral: SendEphemeral,
  ) {}

  /** @param imports the GatewayModule of the process, and a module that exports `AcceptMessage` and `SendEphemeral` */
  static with(imports: NonNullable<ModuleMetadata['imports']>): DynamicModule {
    return { module: ClientSendsModule, imports };
  }

  onModuleInit(): void {
    this.gateway.takeMessagesBy({ acceptMessage: this.acceptMessage, sendEphemeral: this.sendEphemeral });
  }
}
