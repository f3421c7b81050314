import { Logger, Module, type DynamicModule, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { type DataSource } from 'typeorm';
import { type EventBus } from '@switchboard/bus';
import { KafkaEventBus } from '@switchboard/bus-kafka';
import { createDataSource, HotPool } from '@switchboard/database';
import { MessageLog, messageLogEntities, MessagePartitions, PartitionUpkeep } from '@switchboard/message-log';
import { Metrics, ObservabilityModule, Readiness } from '@switchboard/observability';
import { ConnectionDirectory, registryEntities, ServerLookup } from '@switchboard/registry';
import { AcceptMessage, NoLocalDelivery, RouteEvent } from '@switchboard/routing';
import { API_OPTIONS } from './api-options';
import { ApiModule } from './api.module';
import { ApiKeys } from './auth/api-keys';
import { type ProcessSettings } from './process-settings';
import { RegistryUserConnections } from './users/registry-user-connections';
import { UserConnections } from './users/user-connections';

/** What a process of the API holds open. Connected before it listens, closed after its last answer. */
class Backends implements OnModuleInit, OnApplicationShutdown {
  private readonly logger = new Logger('Api');
  readonly metrics = new Metrics();
  readonly dataSource: DataSource;
  readonly acceptMessage: AcceptMessage;
  private readonly bus: EventBus;
  private readonly log: MessageLog;
  private readonly logPool: HotPool;
  private readonly registryPool: HotPool;
  private readonly partitionUpkeep: PartitionUpkeep;

  constructor(settings: ProcessSettings) {
    this.dataSource = createDataSource({ ...settings, entities: [...registryEntities, ...messageLogEntities] });
    this.logPool = this.createPool(settings, 'switchboard-log', settings.logConnections);
    this.registryPool = this.createPool(settings, 'switchboard-registry', settings.registryConnections);
    this.log = new MessageLog(this.logPool, settings);
    this.bus = new KafkaEventBus({
      ...settings,
      onError: (error) => {
        this.logger.debug('The bus failed and goes on.', error);
      },
    });
    const partitions = new MessagePartitions(this.dataSource, settings);
    this.partitionUpkeep = new PartitionUpkeep(partitions, { intervalMs: settings.partitionUpkeepMs, log: this.logger });
    this.acceptMessage = new AcceptMessage(this.log, this.createRouting(settings), settings.mostRouting);
  }

  async onModuleInit(): Promise<void> {
    try {
      await this.dataSource.initialize();
    } catch (error) {
      throw new Error(`PostgreSQL at DATABASE_URL cannot be used: ${String(error)}`, { cause: error });
    }
    await this.bus.connect();
    this.partitionUpkeep.start();
  }

  /** By now every request has its answer: what was accepted is handed to the bus, then everything is closed. */
  async onApplicationShutdown(): Promise<void> {
    await this.partitionUpkeep.stop();
    await this.log.idle();
    await this.bus.close();
    await Promise.all([this.logPool.end(), this.registryPool.end()]);
    if (this.dataSource.isInitialized) await this.dataSource.destroy();
  }

  createReadiness(): Readiness {
    const database = async (): Promise<boolean> => {
      await this.dataSource.query('SELECT 1');
      return true;
    };
    return new Readiness([
      { name: 'database', isReady: database },
      { name: 'bus', isReady: () => this.bus.slots > 0 },
    ]);
  }

  private createRouting(settings: ProcessSettings): RouteEvent {
    const { eventsSent, hintsLost } = this.metrics.set;
    return new RouteEvent(new ServerLookup(this.registryPool, settings), this.bus, new NoLocalDelivery(), {
      eventSent: () => {
        eventsSent.inc();
      },
      hintLost: (stream, error) => {
        hintsLost.inc();
        this.logger.debug('An event was not sent; reconciling brings the message.', error, { stream });
      },
    });
  }

  /** Each use has a pool of its own, so that none takes another's connections. */
  private createPool(settings: ProcessSettings, applicationName: string, connections: number): HotPool {
    const onIdleError = ({ message }: Error): void => {
      this.logger.warn(`A connection to the database broke while it was idle: ${message}`);
    };
    return new HotPool({ ...settings, applicationName, connections, onIdleError });
  }
}

@Module({})
class BackendsModule {}

/** A process of the API alone: PostgreSQL, Kafka, and no sockets of clients. */
@Module({})
export class ApiProcessModule {
  /** Opens nothing yet: that happens when the application is initialized. */
  static with(settings: ProcessSettings): DynamicModule {
    const backends = new Backends(settings);
    const { acceptMessage, dataSource, metrics } = backends;
    const provided = [
      { provide: AcceptMessage, useValue: acceptMessage },
      { provide: UserConnections, useValue: new RegistryUserConnections(new ConnectionDirectory(dataSource)) },
      { provide: ApiKeys, useValue: new ApiKeys(settings.apiKeys) },
      { provide: API_OPTIONS, useValue: { dataBytes: settings.dataBytes } },
      { provide: Metrics, useValue: metrics },
      { provide: Readiness, useValue: backends.createReadiness() },
    ];
    const imports = [
      {
        module: BackendsModule,
        providers: [...provided, { provide: Backends, useValue: backends }],
        exports: provided.map(({ provide }) => provide),
      },
    ];
    const adminAddress = settings.adminPort === undefined ? undefined : { host: settings.host, port: settings.adminPort };
    return { module: ApiProcessModule, imports: [ApiModule.with(imports), ObservabilityModule.with({ imports, adminAddress })] };
  }
}
