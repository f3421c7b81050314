import { Logger } from '@nestjs/common';
import { type Backends } from '@switchboard/backends';
import { type BusTransport } from '@switchboard/bus';
import {
  type apiSettings,
  type ClientLimitSettings,
  type GatewaySettings,
  type RegistrySettings,
  type SettingsOf,
  type TokenSettingValues,
} from '@switchboard/config';
import { type Metrics } from '@switchboard/observability';
import { type SwitchboardError } from '@switchboard/protocol';
import {
  ConnectionRegistry,
  ConnectionsOfUser,
  HeldSlot,
  LeaseStore,
  makeServerId,
  ServerLease,
  UserMemberships,
} from '@switchboard/registry';
import { AwaitReplies, DatabaseClock, SendReply } from '@switchboard/routing';
import { CloseInPaces } from './commands/close-in-paces';
import { HandleCommand } from './commands/handle-command';
import { Acknowledge } from './acknowledgements/acknowledge';
import { KeepAcknowledgements } from './acknowledgements/keep-acknowledgements';
import { AdmitSocket } from './connections/admit-socket';
import { type ClientConnection, type ConnectionIdentity } from './connections/client-connection';
import { ChannelInterest } from './connections/channel-interest';
import { Connections } from './connections/connections';
import { FollowChannel } from './connections/follow-channel';
import { FollowStreams } from './connections/follow-streams';
import { HandleFrame } from './connections/handle-frame';
import { LimitUserConnections, MOST_BEYOND_LIMIT } from './connections/limit-user-connections';
import { RegisterConnection } from './connections/register-connection';
import { OpenConnection } from './connections/open-connection';
import { RefreshToken } from './connections/refresh-token';
import { SendMessage, type MessageTakers } from './connections/send-message';
import { DeliverEvent } from './delivery/deliver-event';
import { DeliverEphemeral } from './ephemeral/deliver-ephemeral';
import { type DropReason } from './ephemeral/ephemeral-message';
import { FanOutEphemeral } from './ephemeral/fan-out-ephemeral';
import { WriteEphemeral } from './ephemeral/write-ephemeral';
import { type GatewayOptions } from './gateway-options';
import { FollowMemberships } from './memberships/follow-memberships';
import { Drain } from './server/drain';
import { createCleaner } from './server/create-cleaner';
import { ServerLife } from './server/server-life';
import { ConnectEndpoint } from './sockets/connect-endpoint';
import { CatchUpReader } from './streams/catch-up-reader';
import { LocalStreams } from './streams/local-streams';
import { ReconcileRound } from './streams/reconcile-round';
import { SpreadRound } from './streams/spread-round';
import { AnswerWaits } from './waits/answer-waits';
import { createTokenVerifier } from './tokens/create-token-verifier';

/** The settings of a gateway, besides those of the backends. */
export type GatewayModuleSettings = GatewaySettings &
  ClientLimitSettings &
  TokenSettingValues &
  RegistrySettings &
  Pick<SettingsOf<typeof apiSettings>, 'dataBytes'> & {
    /** What other services are told of; absent: nothing. */
    readonly publishedEvents?: readonly string[] | undefined;
  };

/** What a gateway stands on. */
export interface GatewayParts {
  readonly backends: Backends;
  readonly metrics: Metrics;
  readonly transport: BusTransport;
  readonly settings: GatewayModuleSettings;
}

/** Holding events costs memory for each stream with a gap, so a few, and no more than a page of the log; a slice of writes takes some 5 ms. */
const STREAM_LIMITS = { heldEvents: 64, heldBytes: 256 * 1_024, sliceSize: 500 };

/** A gateway, put together: streams, connections, and the life of the server. */
export class Gateway {
  private readonly logger = new Logger(Gateway.name);
  readonly endpoint: ConnectEndpoint;
  readonly deliverEvent: DeliverEvent;
  readonly life: ServerLife;
  /** Answers to requests of this process, where it takes any. */
  readonly awaitReplies: AwaitReplies;
  readonly clock: DatabaseClock;
  private readonly slot: HeldSlot;
  private messageTakers: MessageTakers | undefined;
  private readonly answerWaits: AnswerWaits;
  private readonly keepAcknowledgements: KeepAcknowledgements;
  private readonly streams: LocalStreams;
  private readonly writeEphemeral: WriteEphemeral;
  private readonly fanOutEphemeral: FanOutEphemeral;

  private readonly ephemeralDropped = (reason: DropReason): void => {
    this.parts.metrics.set.ephemeralsDropped.inc({ reason });
  };

  constructor(private readonly parts: GatewayParts) {
    const { backends, metrics, transport, settings } = parts;
    const options = { ...settings, serverId: settings.serverId ?? makeServerId() };
    this.slot = new HeldSlot(this.createLease(options.serverId));
    this.clock = new DatabaseClock(this.slot);
    this.awaitReplies = new AwaitReplies(this.slot, settings.mostAwaitedReplies);
    this.streams = this.createStreams();
    this.writeEphemeral = this.createWriteEphemeral();
    this.fanOutEphemeral = this.createFanOutEphemeral();
    const registry = new ConnectionRegistry(backends.registryPool, settings, this.slot, (error) => {
      this.logger.warn(`Rows of connections could not be written and are tried again: ${String(error)}`);
    });
    const interest = new ChannelInterest(registry);
    const followStreams = new FollowStreams(this.streams, interest, backends.messageLog);
    const connections = this.createConnections(registry, followStreams, options);
    const followMemberships = this.createFollowMemberships(connections, followStreams);
    const sendReply = this.createSendReply();
    this.answerWaits = this.createAnswerWaits(connections, sendReply);
    this.keepAcknowledgements = new KeepAcknowledgements(backends.messageLog, (error) => {
      this.logger.warn(`Acknowledgements could not be kept and are tried again: ${String(error)}`);
    });
    const drain = this.createDrain(connections, settings);
    const closing = new CloseInPaces();
    this.life = new ServerLife({
      slot: this.slot,
      transport,
      connections,
      acknowledgements: this.keepAcknowledgements,
      interest,
      registry,
      cleaner: createCleaner(backends, settings),
      reconcile: this.createReconcileRound(),
      membershipRound: new SpreadRound({
        keys: () => connections.index.users(),
        count: () => connections.index.userCount,
        ask: (users) => followMemberships.compare(users),
        roundMs: settings.reconcileRoundMs,
      }),
      drain,
      closing,
      metrics,
    });
    this.endpoint = this.createEndpoint(connections, registry, followStreams, followMemberships, options);
    this.deliverEvent = new DeliverEvent({
      streams: this.streams,
      own: this.slot,
      awaitReplies: this.awaitReplies,
      answerWaits: this.answerWaits,
      handleCommand: new HandleCommand({
        serverId: options.serverId,
        connections: connections.index,
        closing,
        drain,
        sendReply,
        followMemberships,
        observer: {
          taken: (name) => {
            metrics.set.commandsTaken.inc({ name });
          },
          refused: () => {
            metrics.set.closingsRefused.inc();
          },
        },
      }),
      deliverEphemeral: this.createDeliverEphemeral(connections),
      metrics,
    });
    this.watch(connections);
  }

  /** From now on clients can send messages. */
  takeMessagesBy(takers: MessageTakers): void {
    this.messageTakers = takers;
  }

  private createStreams(): LocalStreams {
    const { backends, metrics } = this.parts;
    const reader = new CatchUpReader(backends.messageLog, {
      pageRead: () => {
        metrics.set.catchUpReads.inc();
      },
      readFailed: (error) => {
        metrics.set.catchUpFailures.inc();
        this.logger.debug('A page of the log could not be read and is tried again.', error);
      },
    });
    const { deliveryLatency } = metrics.set;
    const databaseNowMs = (): number => Date.now() + this.slot.databaseOffsetMs;
    return new LocalStreams((key, stream, read) => void reader.read(key, stream, read), {
      databaseNowMs,
      onDelivering: (timeMs, way) => {
        deliveryLatency.observe({ way }, Math.max(0, databaseNowMs() - timeMs) / 1_000);
      },
      limits: STREAM_LIMITS,
    });
  }

  private createWriteEphemeral(): WriteEphemeral {
    const { settings } = this.parts;
    return new WriteEphemeral({
      held: { messages: settings.mostHeldEphemerals, bytes: settings.heldEphemeralBytes },
      mostHeldBytes: settings.allHeldEphemeralBytes,
      databaseNowMs: () => this.clock.nowMs(),
      dropped: this.ephemeralDropped,
    });
  }

  private createFanOutEphemeral(): FanOutEphemeral {
    return new FanOutEphemeral({
      streams: this.streams,
      writer: this.writeEphemeral,
      defer: setImmediate,
      databaseNowMs: () => this.clock.nowMs(),
      dropped: this.ephemeralDropped,
      sliceSize: STREAM_LIMITS.sliceSize,
      mostWaiting: this.parts.settings.mostWaitingEphemerals,
    });
  }

  private createDeliverEphemeral(connections: Connections): DeliverEphemeral {
    return new DeliverEphemeral({
      connections: connections.index,
      writer: this.writeEphemeral,
      fanOut: this.fanOutEphemeral,
      answerWaits: this.answerWaits,
      databaseNowMs: () => this.clock.nowMs(),
      dropped: this.ephemeralDropped,
    });
  }

  private createLease(serverId: string): ServerLease {
    const { backends, settings } = this.parts;
    const { bus } = backends;
    return new ServerLease(new LeaseStore(backends.leasePool), {
      serverId,
      role: 'gateway',
      address: settings.serverAddress,
      leaseMs: settings.leaseMs,
      waitMs: settings.leaseWaitMs,
      // Known once the bus is connected.
      get maxSlot() {
        return bus.slots;
      },
    });
  }

  private createReconcileRound(): ReconcileRound {
    const { backends, metrics, settings } = this.parts;
    const observer = {
      repaired: () => {
        metrics.set.reconcileRepairs.inc();
      },
      roundFailed: (error: unknown) => {
        this.logger.debug('Streams could not be compared with the log; the next round does it.', error);
      },
    };
    return new ReconcileRound(this.streams, backends.messageLog, observer, settings.reconcileRoundMs);
  }

  private createConnections(registry: ConnectionRegistry, followStreams: FollowStreams, options: GatewayOptions): Connections {
    const { connectionsClosed } = this.parts.metrics.set;
    const observer = {
      ended: (code: number) => {
        connectionsClosed.inc({ code: String(code) });
      },
    };
    return new Connections(registry, followStreams, observer, options);
  }

  private createFollowMemberships({ index }: Connections, followStreams: FollowStreams): FollowMemberships {
    const { backends, metrics, settings } = this.parts;
    return new FollowMemberships(new UserMemberships(backends.registryPool, settings), followStreams, index, {
      repaired: () => {
        metrics.set.membershipRepairs.inc();
      },
      failed: (error) => {
        metrics.set.membershipFailures.inc();
        this.logger.debug('Memberships could not be applied; a later round does it.', error);
      },
    });
  }

  private createSendReply(): SendReply {
    const { backends, metrics } = this.parts;
    return new SendReply(this.slot, this.awaitReplies, backends.bus, (error) => {
      metrics.set.repliesFailed.inc();
      this.logger.debug('An answer could not be sent.', error);
    });
  }

  private createDrain(connections: Connections, settings: GatewaySettings): Drain {
    const { metrics } = this.parts;
    const asked = (): void => {
      metrics.set.goawaysSent.inc();
    };
    const drain = new Drain({ connections: () => connections.everyone(), asked }, settings);
    metrics.measure('draining', () => (drain.isDraining ? 1 : 0));
    return drain;
  }

  private createAnswerWaits(connections: Connections, sendReply: SendReply): AnswerWaits {
    const { metrics, settings } = this.parts;
    return new AnswerWaits({
      streams: this.streams,
      connections: connections.index,
      sendReply,
      own: this.slot,
      mostWatches: settings.mostWatches,
      dropped: () => {
        metrics.set.watchesDropped.inc();
      },
    });
  }

  private createAcknowledge(): Acknowledge {
    const { limitsReached } = this.parts.metrics.set;
    return new Acknowledge({
      keep: this.keepAcknowledgements,
      acknowledged: (connection, seq) => {
        this.answerWaits.acknowledged(connection, seq);
      },
      refused: () => {
        limitsReached.inc({ limit: 'acks' });
      },
    });
  }

  private createEndpoint(
    connections: Connections,
    registry: ConnectionRegistry,
    followStreams: FollowStreams,
    followMemberships: FollowMemberships,
    options: GatewayOptions,
  ): ConnectEndpoint {
    const { metrics } = this.parts;
    const { connectionsOpened, connectionsRefused } = metrics.set;
    const mayStay = (connection: ClientConnection, { expiresAtMs }: ConnectionIdentity): void => {
      connections.mayStayUntil(connection, expiresAtMs);
    };
    const observer = {
      identified: (connection: ClientConnection, identity: ConnectionIdentity) => {
        connections.identified(connection);
        mayStay(connection, identity);
      },
      opened: (connection: ClientConnection) => {
        connections.opened(connection);
        connectionsOpened.inc();
      },
      refused: ({ code, cause }: SwitchboardError) => {
        connectionsRefused.inc({ reason: code });
        if (code === 'internal') this.logger.error('A connection could not be opened', cause);
      },
    };
    const tokens = createTokenVerifier(this.parts.settings, metrics, this.logger);
    const refreshToken = new RefreshToken(tokens, followStreams, mayStay);
    const openConnection = new OpenConnection({
      tokens,
      registerConnection: this.createRegisterConnection(connections, registry),
      followStreams,
      followMemberships,
      observer,
      options,
    });
    const sendMessage = new SendMessage({ takers: () => this.messageTakers, metrics, options });
    const followChannel = new FollowChannel(followStreams, options);
    const handleFrame = new HandleFrame({
      openConnection,
      followChannel,
      acknowledge: this.createAcknowledge(),
      refreshToken,
      sendMessage,
      helloCame: (connection) => {
        connections.helloCame(connection);
      },
    });
    const isAdmitting = (): boolean => this.life.isAdmitting();
    const admission = new AdmitSocket({
      connections,
      handleFrame,
      streams: this.streams,
      writeEphemeral: this.writeEphemeral,
      metrics,
      isAdmitting,
      options,
    });
    return new ConnectEndpoint(admission, options);
  }

  private createRegisterConnection({ index }: Connections, registry: ConnectionRegistry): RegisterConnection {
    const { backends, metrics, settings } = this.parts;
    const { mostConnectionsPerUser: most, userConnectionPolicy: policy } = settings;
    const order = policy === 'refuse' ? 'oldest' : 'newest';
    const limit = new LimitUserConnections({
      most,
      policy,
      connectionsOfUser: new ConnectionsOfUser(backends.registryPool, settings, order, most + MOST_BEYOND_LIMIT),
      ownSlot: () => this.slot.slot,
      closeHere: (id) => index.byId(id)?.replace(),
      bus: backends.bus,
      reached: () => {
        metrics.set.limitsReached.inc({ limit: 'user' });
      },
      hintLost: (error) => {
        metrics.set.hintsLost.inc();
        this.logger.debug('A connection that was replaced could not be told so.', error);
      },
    });
    return new RegisterConnection(registry, most === 0 ? undefined : limit, () => this.slot.databaseOffsetMs);
  }

  private watch(connections: Connections): void {
    const { metrics } = this.parts;
    metrics.measure('connections', () => connections.size);
    metrics.measure('acknowledgementsPending', () => this.keepAcknowledgements.pending);
    metrics.measure('streams', () => this.streams.size);
    metrics.measure('framesWritten', () => this.streams.framesWritten + this.writeEphemeral.framesWritten);
    metrics.measure('ephemeralBytesHeld', () => this.writeEphemeral.heldBytes);
    metrics.measure('ephemeralsWaiting', () => this.fanOutEphemeral.size);
    metrics.measure('subscriptionsPaused', () => this.streams.pauses);
    metrics.measure('messagesExpired', () => this.streams.expired);
    metrics.measure('eventsMissed', () => this.streams.misses);
    metrics.measure('repliesAwaited', () => this.awaitReplies.size);
    metrics.measure('messagesWatched', () => this.answerWaits.size);
    metrics.measure('leaseHeld', () => (this.slot.slot === undefined ? 0 : 1));
  }
}
