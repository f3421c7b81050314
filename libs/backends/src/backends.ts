import { Logger, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { type DataSource } from 'typeorm';
import { type EventBus } from '@switchboard/bus';
import { createDataSource, HotPool } from '@switchboard/database';
import { MessageLog, messageLogEntities, MessagePartitions, PartitionUpkeep } from '@switchboard/message-log';
import { type ReadinessCheck } from '@switchboard/observability';
import { ConnectionDirectory, registryEntities, ServerLookup } from '@switchboard/registry';
import { type BackendSettings } from './backend-settings';

/**
 * What every process of an installation holds open: the database with log and registry, and the bus. Connected before the app listens,
 * closed after its last answer: then what was accepted is handed to the bus first.
 */
export class Backends implements OnModuleInit, OnApplicationShutdown {
  private readonly logger = new Logger(Backends.name);
  readonly dataSource: DataSource;
  readonly registryPool: HotPool;
  /** Leases must be renewed in time, however busy the registry is. It connects when a lease is asked for. */
  readonly leasePool: HotPool;
  readonly messageLog: MessageLog;
  readonly serverLookup: ServerLookup;
  readonly connectionDirectory: ConnectionDirectory;
  private readonly logPool: HotPool;
  private readonly partitionUpkeep: PartitionUpkeep;

  /** Opens nothing yet. */
  constructor(
    private readonly settings: BackendSettings,
    readonly bus: EventBus,
  ) {
    this.dataSource = createDataSource({ ...settings, entities: [...registryEntities, ...messageLogEntities] });
    this.logPool = this.createPool('switchboard-log', settings.logConnections);
    this.registryPool = this.createPool('switchboard-registry', settings.registryConnections);
    this.leasePool = this.createPool('switchboard-lease', 1);
    this.messageLog = new MessageLog(this.logPool, settings);
    this.serverLookup = new ServerLookup(this.registryPool, settings);
    this.connectionDirectory = new ConnectionDirectory(this.dataSource);
    const partitions = new MessagePartitions(this.dataSource, settings);
    this.partitionUpkeep = new PartitionUpkeep(partitions, { intervalMs: settings.partitionUpkeepMs, log: this.logger });
  }

  /** Whether the database answers. */
  readonly databaseCheck: ReadinessCheck = {
    name: 'database',
    isReady: async () => {
      await this.dataSource.query('SELECT 1');
      return true;
    },
  };

  /** @throws Error that names what cannot be reached */
  async onModuleInit(): Promise<void> {
    try {
      await this.dataSource.initialize();
    } catch (error) {
      throw new Error(`PostgreSQL at DATABASE_URL cannot be used: ${String(error)}`, { cause: error });
    }
    await this.bus.connect();
    this.partitionUpkeep.start();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.partitionUpkeep.stop();
    await this.messageLog.idle();
    await this.bus.close();
    await Promise.all([this.logPool, this.registryPool, this.leasePool].map((pool) => pool.end()));
    if (this.dataSource.isInitialized) await this.dataSource.destroy();
  }

  /** Each use has a pool of its own, so that none takes another's connections. */
  private createPool(applicationName: string, connections: number): HotPool {
    const onIdleError = ({ message }: Error): void => {
      this.logger.warn(`A connection to the database broke while it was idle: ${message}`);
    };
    return new HotPool({ ...this.settings, applicationName, connections, onIdleError });
  }
}
