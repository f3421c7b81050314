import { Logger, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { type DataSource } from 'typeorm';
import { settlesWithin, type EventBus } from '@switchboard/bus';
import { createDataSource, HotPool, type HotPoolOptions } from '@switchboard/database';
import { MessageLog, messageLogEntities, MessagePartitions, LogUpkeep } from '@switchboard/message-log';
import { type ReadinessCheck } from '@switchboard/observability';
import { ChannelMembers, ConnectionDirectory, registryEntities, ServerDirectory, ServerLookup } from '@switchboard/registry';
import { type BackendSettings } from './backend-settings';
import { leaseTimeouts } from './lease-timeouts';

/** How long each step of going down may take: longer than one statement that gets no answer, by default. */
const SHUTDOWN_STEP_MS = 10_000;

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
  readonly serverDirectory: ServerDirectory;
  readonly channelMembers: ChannelMembers;
  private readonly logPool: HotPool;
  private readonly logUpkeep: LogUpkeep;

  /** Opens nothing yet. */
  constructor(
    private readonly settings: BackendSettings,
    readonly bus: EventBus,
  ) {
    this.dataSource = createDataSource({ ...settings, entities: [...registryEntities, ...messageLogEntities] });
    this.logPool = this.createPool('switchboard-log', settings.logConnections);
    this.registryPool = this.createPool('switchboard-registry', settings.registryConnections);
    this.leasePool = this.createPool('switchboard-lease', 1, leaseTimeouts(settings));
    this.messageLog = new MessageLog(this.logPool, settings);
    this.serverLookup = new ServerLookup(this.registryPool, settings);
    this.connectionDirectory = new ConnectionDirectory(this.dataSource);
    this.serverDirectory = new ServerDirectory(this.dataSource);
    this.channelMembers = new ChannelMembers(this.registryPool);
    const partitions = new MessagePartitions(this.dataSource, settings);
    this.logUpkeep = new LogUpkeep({ partitions, log: this.messageLog }, { intervalMs: settings.logUpkeepMs, log: this.logger });
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
    if (await this.dataSource.showMigrations()) throw new Error('The database is not up to date: run `npm run migrate` first');
    await this.bus.connect();
    this.logUpkeep.start();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.finish('the upkeep of the log', this.logUpkeep.stop());
    await this.finish('what waits for the log', this.messageLog.idle());
    await this.finish('the bus', this.bus.close());
    await this.finish('hot statements', Promise.all([this.logPool, this.registryPool, this.leasePool].map((pool) => pool.end())));
    if (this.dataSource.isInitialized) await this.finish('other statements', this.dataSource.destroy());
  }

  /** Goes on when a step fails or takes too long: the steps after it are to happen all the same. */
  private async finish(what: string, step: Promise<unknown>): Promise<void> {
    step.catch((error: unknown) => {
      this.logger.warn(`At the end ${what} failed: ${String(error)}`);
    });
    if (!(await settlesWithin(step, SHUTDOWN_STEP_MS))) this.logger.warn(`Did not wait longer for ${what}.`);
  }

  /** Each use has a pool of its own, so that none takes another's connections. */
  private createPool(applicationName: string, connections: number, timeouts: Partial<HotPoolOptions> = {}): HotPool {
    const onIdleError = ({ message }: Error): void => {
      this.logger.warn(`A connection to the database broke while it was idle: ${message}`);
    };
    return new HotPool({ ...this.settings, ...timeouts, applicationName, connections, onIdleError });
  }
}
