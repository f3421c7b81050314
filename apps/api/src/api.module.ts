import { Module, type DynamicModule, type ModuleMetadata, type OnModuleInit } from '@nestjs/common';
import { APP_FILTER, HttpAdapterHost } from '@nestjs/core';
import { type FastifyAdapter } from '@nestjs/platform-fastify';
import { Metrics } from '@switchboard/observability';
import { ApiKeys } from './auth/api-keys';
import { authorize } from './auth/authorize';
import { KeyRates } from './auth/key-rates';
import { BatchController } from './batch/batch.controller';
import { MembersController } from './channels/members.controller';
import { CloseConnections } from './connections/close-connections';
import { ConnectionsController } from './connections/connections.controller';
import { ProblemFilter } from './http/problem.filter';
import { refuseQuery } from './http/refuse-query';
import { MessageController } from './messages/message.controller';
import { MessagesController } from './messages/messages.controller';
import { OpenApiController } from './openapi/openapi.controller';
import { ServersController } from './servers/servers.controller';
import { SendAndWait } from './messages/send-and-wait';
import { SendMessage } from './messages/send-message';
import { StreamsController } from './streams/streams.controller';
import { UsersController } from './users/users.controller';

/**
 * The HTTP API for services, for an app on the adapter of `createHttpAdapter`. It chooses no adapters: what it needs comes from the
 * modules that `with` is given.
 */
@Module({
  controllers: [
    BatchController,
    MessagesController,
    MessageController,
    StreamsController,
    UsersController,
    ConnectionsController,
    ServersController,
    MembersController,
    OpenApiController,
  ],
  providers: [SendAndWait, SendMessage, { provide: APP_FILTER, useClass: ProblemFilter }, CloseConnections],
})
export class ApiModule implements OnModuleInit {
  constructor(
    private readonly adapterHost: HttpAdapterHost<FastifyAdapter>,
    private readonly keys: ApiKeys,
    private readonly keyRates: KeyRates,
    private readonly metrics: Metrics,
  ) {}

  /** @param imports modules that export `AcceptMessage`, `SendEphemeral`, `MessageLog`, `SendCommand`, `AwaitOutcome`, `ChangeMembership`, `ChannelMembers`, `ConnectionDirectory`, `ServerDirectory`, `ApiKeys`, `KeyRates`, `Metrics` and `API_OPTIONS` */
  static with(imports: NonNullable<ModuleMetadata['imports']>): DynamicModule {
    return { module: ApiModule, imports };
  }

  onModuleInit(): void {
    const fastify = this.adapterHost.httpAdapter.getInstance();
    fastify.addHook('onRequest', (request, reply, done) => {
      authorize(request, this.keys, ({ name }) => {
        this.keyRates.count(name, reply);
      });
      if (request.routeOptions.config.scope !== undefined) refuseQuery(request);
      done();
    });
    fastify.addHook('onResponse', (request, reply, done) => {
      const route = request.routeOptions.url ?? 'unknown';
      this.metrics.set.requestDuration.observe({ route, status: reply.statusCode }, reply.elapsedTime / 1_000);
      done();
    });
  }
}
