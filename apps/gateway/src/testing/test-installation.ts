import { type AddressInfo } from 'node:net';
import { type Server } from 'node:http';
import { Module, type INestApplication } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { createSigner } from 'fast-jwt';
import { Backends, BackendsModule, type BackendSettings } from '@switchboard/backends';
import { BusTransport, InProcessEventBus, InProcessNetwork, type EventBus } from '@switchboard/bus';
import {
  apiSettings,
  clientLimitSettings,
  databaseSettings,
  gatewaySettings,
  messageLogSettings,
  readSettings,
  registrySettings,
  tokenSettings,
  type Environment,
} from '@switchboard/config';
import { runMigrations, createDataSource } from '@switchboard/database';
import { Metrics } from '@switchboard/observability';
import { encodeContent } from '@switchboard/protocol/events';
import { type StreamTarget } from '@switchboard/protocol';
import {
  AcceptMessage,
  DatabaseClock,
  NoLocalDelivery,
  RouteEvent,
  RoutingModule,
  SendEphemeral,
  type AcceptedMessage,
  type EphemeralTarget,
  type EphemeralToSend,
  type SentEphemeral,
} from '@switchboard/routing';
import { createTestDatabase, type TestDatabase } from '@switchboard/testing';
import { createHttpAdapter } from '../create-http-adapter';
import { ClientSendsModule } from '../client-sends.module';
import { GatewayModule } from '../gateway.module';
import { ServerLife } from '../server/server-life';
import { TestAnswers } from './test-answers';

const { dataBytes, ephemeralDefaultTtlMs, ephemeralMaxTtlMs } = apiSettings;
const JWT_SECRET = 'test-secret-test-secret-test-secret';
const TOKEN_LIFE_S = 3_600;
const MOST_ROUTING = 100_000;
const EPHEMERAL_TTL_MS = 60_000;

/** A gateway of a test installation. */
export interface TestGateway {
  /** `ws://…/v1/connect`. */
  readonly url: string;
  readonly httpUrl: string;
  readonly metrics: Metrics;
  readonly bus: EventBus;
  /** Sends an ephemeral message from this very process. */
  send(target: EphemeralTarget, data: unknown): Promise<SentEphemeral>;
  close(): Promise<void>;
}

/**
 * Gateways and a sender in this process, on a real PostgreSQL and the in-process bus, each with backends of its own as if it were a process
 * of its own. For what concerns several real processes there are the end-to-end tests.
 */
export class TestInstallation {
  private readonly network = new InProcessNetwork();
  private readonly gateways: TestGateway[] = [];
  readonly sender: Backends;
  private readonly answers: TestAnswers;
  private readonly acceptMessage: AcceptMessage;
  private readonly sendEphemeral: SendEphemeral;

  private constructor(
    private readonly database: TestDatabase,
    private readonly environment: Environment,
  ) {
    this.sender = new Backends(this.settings(), this.createBus());
    this.answers = new TestAnswers(this.sender);
    const observer = { eventSent: () => undefined, hintLost: () => undefined };
    const routeEvent = new RouteEvent(this.sender.serverLookup, this.sender.bus, new NoLocalDelivery(), observer);
    this.sendEphemeral = new SendEphemeral({
      servers: this.sender.serverLookup,
      bus: this.sender.bus,
      local: new NoLocalDelivery(),
      clock: new DatabaseClock({ databaseOffsetMs: 0 }),
      lifetimes: { defaultTtlMs: EPHEMERAL_TTL_MS, maxTtlMs: EPHEMERAL_TTL_MS },
      eventSent: () => undefined,
    });
    this.acceptMessage = new AcceptMessage(this.sender.messageLog, routeEvent, MOST_ROUTING);
  }

  /** @param environment settings that differ from the defaults */
  static async create(environment: Environment = {}): Promise<TestInstallation> {
    const database = await createTestDatabase();
    const dataSource = await createDataSource({ url: database.url, entities: [] }).initialize();
    await runMigrations(dataSource);
    await dataSource.destroy();
    const installation = new TestInstallation(database, { JWT_SECRET, DATABASE_URL: database.url, ...environment });
    await installation.sender.onModuleInit();
    return installation;
  }

  /** The address of the database. */
  get databaseUrl(): string {
    return this.database.url;
  }

  /** @param bus instead of one on the common network */
  async startGateway(bus: EventBus = this.createBus()): Promise<TestGateway> {
    const settings = {
      ...this.settings(),
      ...readSettings(gatewaySettings, this.environment),
      ...readSettings(clientLimitSettings, this.environment),
      ...readSettings(tokenSettings, this.environment),
      ...readSettings({ dataBytes, ephemeralDefaultTtlMs, ephemeralMaxTtlMs }, this.environment),
    };
    const gatewayModule = GatewayModule.with(settings);
    const routing = RoutingModule.with({ imports: [gatewayModule], ...settings, mostRouting: MOST_ROUTING });
    @Module({ imports: [BackendsModule.with(settings, bus), gatewayModule, ClientSendsModule.with([gatewayModule, routing])] })
    class TestGatewayModule {}
    const module = await Test.createTestingModule({ imports: [TestGatewayModule] }).compile();
    const app: INestApplication = module.createNestApplication(createHttpAdapter({ keepAliveMs: 75_000, requestTimeoutMs: 30_000 }), {
      logger: false,
    });
    app.connectMicroservice({ strategy: app.get(BusTransport) });
    await app.startAllMicroservices();
    await app.listen(0, '127.0.0.1');
    await app.get(ServerLife).start();
    const { port } = (app.getHttpServer() as Server).address() as AddressInfo;
    let closing: Promise<void> | undefined;
    const gateway: TestGateway = {
      url: `ws://127.0.0.1:${String(port)}/v1/connect`,
      httpUrl: `http://127.0.0.1:${String(port)}`,
      metrics: app.get(Metrics),
      bus,
      send: (target, data) =>
        app.get(SendEphemeral, { strict: false }).send({ target, content: encodeContent({}, Buffer.from(JSON.stringify(data))) }),
      close: () => (closing ??= app.close()),
    };
    this.gateways.push(gateway);
    return gateway;
  }

  /** A bus on the network of this installation. */
  createBus(): InProcessEventBus {
    return new InProcessEventBus({ network: this.network });
  }

  /** Accepts a message as an API process would. */
  accept(target: StreamTarget, data: unknown): Promise<AcceptedMessage> {
    return this.acceptRaw(target, Buffer.from(JSON.stringify(data)));
  }

  /** The same, with the bytes of the data. */
  acceptRaw(target: StreamTarget, data: Buffer): Promise<AcceptedMessage> {
    return this.acceptMessage.accept({ target, content: encodeContent({}, data) });
  }

  /** What an API process is answered with; it leases a slot when it is first asked for. */
  async answering(): Promise<TestAnswers> {
    await this.answers.start();
    return this.answers;
  }

  /** Sends an ephemeral message as an API process would. */
  send(target: EphemeralTarget, data: unknown, options: Partial<EphemeralToSend> = {}): Promise<SentEphemeral> {
    return this.sendEphemeral.send({ target, content: encodeContent({}, Buffer.from(JSON.stringify(data))), ...options });
  }

  /** A token that the gateways accept. */
  token(user: string, claims: object = {}): string {
    const exp = Math.floor(Date.now() / 1_000) + TOKEN_LIFE_S;
    return createSigner({ key: JWT_SECRET })({ sub: user, exp, channels: ['*'], ...claims });
  }

  /** Ends everything, the database too. */
  async close(): Promise<void> {
    await Promise.all(this.gateways.map((gateway) => gateway.close()));
    await this.answers.stop();
    await this.sender.onApplicationShutdown();
    await this.database.drop();
  }

  private settings(): BackendSettings {
    return {
      ...readSettings(databaseSettings, this.environment),
      ...readSettings(messageLogSettings, this.environment),
      ...readSettings(registrySettings, this.environment),
    };
  }
}

/** The value of a counter or gauge, over all its labels. */
export async function metricValue(metrics: Metrics, name: string): Promise<number> {
  const lines = (await metrics.text()).split('\n').filter((line) => new RegExp(`^${name}[{ ]`).test(line));
  return lines.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0);
}
