import { channelStream, CLOSE, ERRORS, EVERYONE, SwitchboardError, userStream, type Close, type HelloFrame } from '@switchboard/protocol';
import { spread } from '@switchboard/limits';
import { type StreamStart } from '@switchboard/message-log';
import { type FollowMemberships } from '../memberships/follow-memberships';
import { allowsChannel } from '../tokens/token-grants';
import { type TokenVerifier } from '../tokens/token-verifier';
import { type ClientConnection, type ConnectionIdentity } from './client-connection';
import { errorFrame } from '../frames/error-frame';
import { type FollowStreams } from './follow-streams';
import { type GatewayOptions } from '../gateway-options';
import { type RegisterConnection } from './register-connection';

/** Most of what hinders a registration is over by then. */
const RETRY_AFTER_MS = 1_000;

/** Counts connections by what becomes of their hello. */
export interface OpenObserver {
  /** It is known whose connection it is, and until when. */
  identified(connection: ClientConnection, identity: ConnectionIdentity): void;
  opened(connection: ClientConnection): void;
  refused(error: SwitchboardError): void;
}

/** What connections are opened with. */
export interface OpenConnectionParts {
  readonly tokens: Pick<TokenVerifier, 'verify'>;
  readonly registerConnection: Pick<RegisterConnection, 'register'>;
  readonly followStreams: FollowStreams;
  readonly followMemberships: Pick<FollowMemberships, 'starts'>;
  readonly observer: OpenObserver;
  readonly options: GatewayOptions;
}

/** Answers `hello`: verifies the token, registers the connection, says where its streams begin. */
export class OpenConnection {
  constructor(private readonly parts: OpenConnectionParts) {}

  /** Resolves when the connection is ready, or was refused and closed. Never rejects. */
  async open(connection: ClientConnection, hello: HelloFrame): Promise<void> {
    try {
      const identity = await this.identify(connection, hello);
      if (connection.hasEnded) return;
      connection.identity = identity;
      this.parts.observer.identified(connection, identity);
      await this.parts.followStreams.follow(connection, this.starts(connection, identity, hello), {
        register: () => this.parts.registerConnection.register(connection, identity, hello.replaces),
        further: () => this.parts.followMemberships.starts(connection, identity.user, hello.resume ?? {}),
        announce: (positions) => {
          connection.phase = 'ready';
          this.parts.observer.opened(connection);
          connection.socket.send({
            type: 'ready',
            connection: connection.id,
            server: this.parts.options.serverId,
            user: identity.user,
            ...(identity.device === undefined ? {} : { device: identity.device }),
            streams: Object.fromEntries([...positions].map(([stream, { after }]) => [stream, { after }])),
            pingIntervalMs: this.parts.options.pingIntervalMs,
            limits: {
              frameBytes: this.parts.options.frameBytes,
              dataBytes: this.parts.options.dataBytes,
              subscriptions: this.parts.options.mostSubscriptions,
            },
          });
        },
      });
    } catch (error) {
      this.refuse(connection, error instanceof SwitchboardError ? error : new SwitchboardError('internal', undefined, { cause: error }));
    }
  }

  private async identify(connection: ClientConnection, { token, device }: HelloFrame): Promise<ConnectionIdentity> {
    const presented = token ?? connection.bearer;
    connection.bearer = undefined;
    if (presented === undefined) throw new SwitchboardError('bad_token', 'There is no token, neither in hello nor in the upgrade.');
    return { ...(await this.parts.tokens.verify(presented)), device };
  }

  private starts(connection: ClientConnection, { user, device, channels: allowed }: ConnectionIdentity, hello: HelloFrame): StreamStart[] {
    const resume = new Map(Object.entries(hello.resume ?? {}));
    const begin = (stream: string, otherwise: StreamStart['from']): StreamStart => {
      const after = resume.get(stream);
      return { stream, from: after === undefined ? otherwise : { kind: 'resume', after } };
    };
    const own = userStream(user);
    const client = { kind: 'client', user, device, resume: resume.get(own), start: hello.start ?? 'unacked' } as const;
    const starts: StreamStart[] = [{ stream: own, from: client }, begin(EVERYONE, { kind: 'now' })];
    for (const channel of new Set(hello.channels)) {
      const stream = channelStream(channel);
      const refusal = this.refusalOf(channel, allowed, starts.length);
      if (refusal === undefined) starts.push(begin(stream, { kind: 'now' }));
      else connection.socket.send(errorFrame(refusal, { stream }));
    }
    return starts;
  }

  private refusalOf(channel: string, allowed: readonly string[], subscriptions: number): SwitchboardError | undefined {
    if (!allowsChannel(allowed, channel)) return new SwitchboardError('channel_forbidden');
    return subscriptions >= this.parts.options.mostSubscriptions ? new SwitchboardError('too_many_subscriptions') : undefined;
  }

  private refuse(connection: ClientConnection, error: SwitchboardError): void {
    if (connection.hasEnded) return;
    this.parts.observer.refused(error);
    const close = closeFor(error);
    connection.socket.send(errorFrame(error, isWorthWaiting(close) ? { retryAfterMs: spread(RETRY_AFTER_MS) } : {}));
    connection.close(close);
  }
}

/** Whether the same may succeed after a while, without anything that the application does. */
function isWorthWaiting(close: Close): boolean {
  return close === CLOSE.overloaded || close === CLOSE.registrationFailed;
}

/** The close that follows the error; what is not about the client itself is worth a try elsewhere. */
function closeFor({ code }: SwitchboardError): Close {
  const entry = ERRORS[code];
  return 'close' in entry ? entry.close : CLOSE.registrationFailed;
}
