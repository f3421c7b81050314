import { createHash } from 'node:crypto';
import { type AddressInfo } from 'node:net';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { type NestFastifyApplication } from '@nestjs/platform-fastify';
import { type RouteOptions } from 'fastify';
import { MessageLog } from '@switchboard/message-log';
import { Metrics, ObservabilityModule, Readiness } from '@switchboard/observability';
import { connectionStream, streamOf, SwitchboardError } from '@switchboard/protocol';
import { ChannelMembers, ConnectionDirectory, ServerDirectory } from '@switchboard/registry';
import {
  AcceptMessage,
  AwaitOutcome,
  AwaitReplies,
  ChangeMembership,
  SendCommand,
  SendEphemeral,
  type AcceptedMessage,
  type EphemeralToSend,
  type MessageToAccept,
  type SentEphemeral,
} from '@switchboard/routing';
import { API_OPTIONS } from '../api-options';
import { ApiModule } from '../api.module';
import { ApiKeys } from '../auth/api-keys';
import { KeyRates } from '../auth/key-rates';
import { createHttpAdapter, type HttpAdapterOptions } from '../http/create-http-adapter';
import { TestFleet } from './test-fleet';
import { TestMembers } from './test-members';

/** Keeps what it accepts, numbered per stream. */
export class AcceptedMessages {
  readonly kept: MessageToAccept[] = [];
  /** Set: accepting fails with it. */
  failure: Error | undefined;
  /** Set: accepting waits for it. */
  gate: Promise<void> | undefined;
  /** Whether the users are connected. */
  isFollowed = true;
  /** How many have come, kept or not. */
  asked = 0;

  async accept(message: MessageToAccept): Promise<AcceptedMessage> {
    this.asked += 1;
    await this.gate;
    if (this.failure !== undefined) throw this.failure;
    this.kept.push(message);
    const stream = streamOf(message.target);
    const seq = this.kept.filter(({ target }) => streamOf(target) === stream).length;
    return {
      id: `id-${String(this.kept.length)}`,
      stream,
      seq,
      timeMs: Date.UTC(2024, 1, 29, 12, 0, 0, 7),
      isReplay: false,
      routed: Promise.resolve({ isFollowed: this.isFollowed }),
    };
  }
}

/** Keeps the ephemeral messages that it sends; there are no connections but `here`. */
export class SentEphemerals {
  readonly kept: EphemeralToSend[] = [];

  send(message: EphemeralToSend): Promise<SentEphemeral> {
    const { target } = message;
    if ('connection' in target && target.connection !== 'here') return Promise.reject(new SwitchboardError('not_found'));
    this.kept.push(message);
    const stream = 'connection' in target ? connectionStream(target.connection) : streamOf(target);
    return Promise.resolve({ id: `ephemeral-${String(this.kept.length)}`, stream, timeMs: 0, isFollowed: true });
  }
}

/** A running API without services behind it. */
export interface RunningApi {
  readonly app: NestFastifyApplication;
  readonly port: number;
  readonly accepted: AcceptedMessages;
  readonly ephemerals: SentEphemerals;
  readonly fleet: TestFleet;
  readonly members: TestMembers;
  /** Where servers answer. */
  readonly replies: AwaitReplies;
  /** Names of checks that fail. */
  readonly failing: Set<string>;
}

@Module({})
class Fakes {}

@Module({})
class TestApp {}

/** Keys by their scopes; the secret of each is its name. */
const KEYS = [
  { name: 'sender', scopes: ['send'] },
  { name: 'reader', scopes: ['read'] },
  { name: 'all', scopes: ['send', 'read', 'admin'] },
] as const;

/** How a test's API differs from others. */
export interface TestApiOptions extends Partial<HttpAdapterOptions> {
  /** How often each key may call; by default as often as it likes. */
  readonly requestsPerSecond?: number;
  /** Hears of every route. */
  readonly onRoute?: (route: RouteOptions) => void;
  /** The clock of that. */
  readonly nowMs?: () => number;
}

/** What reads the log is tested with a real one. */
const NO_LOG = { devices: () => Promise.resolve([]) };

/** Starts the API on a free port of the loopback. */
export async function startApi(options: TestApiOptions = {}): Promise<RunningApi> {
  const http = { keepAliveMs: 75_000, requestTimeoutMs: 30_000, dataBytes: 65_536, ...options };
  const accepted = new AcceptedMessages();
  const ephemerals = new SentEphemerals();
  const fleet = new TestFleet();
  const members = new TestMembers();
  const replies = new AwaitReplies({ slot: 7, databaseOffsetMs: 0 }, 100);
  const metrics = new Metrics({ includesProcess: false });
  const failing = new Set<string>();
  const checks = ['database', 'bus'].map((name) => ({ name, isReady: () => !failing.has(name) }));

  const provided = [
    { provide: AcceptMessage, useValue: accepted },
    { provide: SendEphemeral, useValue: ephemerals },
    { provide: ConnectionDirectory, useValue: fleet.connectionDirectory },
    { provide: ServerDirectory, useValue: fleet.serverDirectory },
    { provide: AwaitOutcome, useValue: new AwaitOutcome(replies) },
    { provide: SendCommand, useValue: fleet.sendCommand },
    { provide: ChangeMembership, useValue: members.changeMembership },
    { provide: ChannelMembers, useValue: members.channelMembers },
    { provide: MessageLog, useValue: NO_LOG },
    {
      provide: ApiKeys,
      useValue: new ApiKeys(KEYS.map((key) => ({ ...key, secretSha256: createHash('sha256').update(key.name).digest() }))),
    },
    { provide: KeyRates, useValue: new KeyRates(options.requestsPerSecond ?? 0, options.nowMs) },
    { provide: API_OPTIONS, useValue: { dataBytes: http.dataBytes, mostBatches: 2, batchWindow: 100 } },
    { provide: Metrics, useValue: metrics },
    { provide: Readiness, useValue: new Readiness(checks, { keptMs: 0 }) },
  ];
  const imports = [{ module: Fakes, providers: provided, exports: provided.map(({ provide }) => provide) }];
  const root = { module: TestApp, imports: [ApiModule.with(imports), ObservabilityModule.with({ imports })] };
  const adapter = createHttpAdapter(http);
  if (options.onRoute !== undefined) adapter.getInstance().addHook('onRoute', options.onRoute);
  const app = await NestFactory.create<NestFastifyApplication>(root, adapter, {
    bodyParser: false,
    logger: false,
    abortOnError: false,
  });
  await app.listen(0, '127.0.0.1');
  return { app, port: (app.getHttpServer().address() as AddressInfo).port, accepted, ephemerals, fleet, members, replies, failing };
}
