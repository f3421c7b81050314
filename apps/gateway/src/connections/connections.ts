import { CLOSE, SwitchboardError } from '@switchboard/protocol';
import { type ConnectionRegistry, type RegisteredConnection } from '@switchboard/registry';
import { Heartbeat } from '../sockets/heartbeat';
import { serverFrame } from '../frames/web-socket-frame';
import { type ClientConnection } from './client-connection';
import { ConnectionIndex } from './connection-index';
import { errorFrame } from '../frames/error-frame';
import { type FollowStreams } from './follow-streams';
import { ExpiryWatch } from '../tokens/expiry-watch';
import { HelloDeadline } from './hello-deadline';
import { type GatewayOptions } from '../gateway-options';

/** A client that closes by itself, whose page goes away, or that closes and names no code (RFC 6455, section 7.4.1). */
const LEFT: readonly number[] = [1000, 1001, 1005];

const PING = serverFrame({ type: 'ping' });

/** Hears when connections end. */
export interface ConnectionsObserver {
  ended(closeCode: number): void;
}

/** All connections of this server, from the upgrade to the end: who has to say hello, who is alive, who is to be forgotten. */
export class Connections {
  /** Finds those whose user is known. */
  readonly index = new ConnectionIndex();
  private readonly all = new Set<ClientConnection>();
  private readonly heartbeat: Heartbeat<ClientConnection>;
  private readonly helloDeadline: HelloDeadline<ClientConnection>;
  private readonly expiry = new ExpiryWatch<ClientConnection>((connection) => {
    connection.socket.send(errorFrame(new SwitchboardError('token_expired'), {}));
    connection.close(CLOSE.tokenExpired);
  });

  constructor(
    private readonly registry: Pick<ConnectionRegistry, 'unregister'>,
    private readonly followStreams: FollowStreams,
    private readonly observer: ConnectionsObserver,
    private readonly options: Pick<GatewayOptions, 'pingIntervalMs' | 'helloDeadlineMs' | 'jwtLeewayMs'>,
  ) {
    this.heartbeat = new Heartbeat(options.pingIntervalMs, {
      ask: ({ socket }) => socket.write(PING),
      giveUp: (connection) => {
        const { socket } = connection;
        // A client that is slow to take what it gets is not read, and so cannot be heard; but it is there.
        if (!(socket.isPaused && socket.hasTakenMore())) connection.close(CLOSE.silent);
      },
    });
    this.helloDeadline = new HelloDeadline(options.helloDeadlineMs, (connection) => {
      const hasSaidHello = connection.phase === 'opening';
      connection.socket.send(errorFrame(new SwitchboardError(hasSaidHello ? 'registration_failed' : 'no_hello'), {}));
      connection.close(hasSaidHello ? CLOSE.registrationFailed : CLOSE.noHello);
    });
  }

  /** How many there are. */
  get size(): number {
    return this.all.size;
  }

  /** Begins to watch over them. */
  start(): void {
    this.heartbeat.start();
    this.helloDeadline.start();
    this.expiry.start();
  }

  /** A socket has been upgraded. */
  add(connection: ClientConnection): void {
    this.all.add(connection);
    this.heartbeat.add(connection);
    this.helloDeadline.add(connection);
  }

  /** Hello has come: opening the connection may take as long again. */
  helloCame(connection: ClientConnection): void {
    this.helloDeadline.remove(connection);
    this.helloDeadline.add(connection);
  }

  /** It is known whose connection it is. */
  identified(connection: ClientConnection): void {
    this.index.add(connection);
  }

  /** Its token says until when it may stay; a fresh one, that it may stay for longer. */
  mayStayUntil(connection: ClientConnection, expiresAtMs: number): void {
    this.expiry.set(connection, expiresAtMs + this.options.jwtLeewayMs);
  }

  /** The connection is ready. */
  opened(connection: ClientConnection): void {
    this.helloDeadline.remove(connection);
  }

  /** Something has come. */
  heard(connection: ClientConnection): void {
    this.heartbeat.heard(connection);
  }

  /** The socket is closed: the connection is forgotten here and in the registry. */
  end(connection: ClientConnection, closeCode: number): void {
    if (!this.all.delete(connection)) return;
    const { identity, id } = connection;
    connection.phase = 'ended';
    this.heartbeat.remove(connection);
    this.helloDeadline.remove(connection);
    this.expiry.remove(connection);
    this.index.remove(connection);
    for (const stream of [...connection.subscriptions.keys()]) this.followStreams.unfollow(connection, stream);
    if (identity !== undefined)
      void this.registry.unregister({ id, user: identity.user }, { code: closeCode, reason: reasonOf(closeCode) });
    this.observer.ended(closeCode);
  }

  /** The rows of those that are registered, as a live view. */
  *registered(): Generator<RegisteredConnection> {
    for (const { id, identity, connectedAtMs, isRegistered } of this.all) {
      if (identity !== undefined && isRegistered) yield { id, ...identity, connectedAtMs };
    }
  }

  /** All that are there now, whatever their phase. */
  everyone(): readonly ClientConnection[] {
    return [...this.all];
  }

  /** Asks all to go, and cuts those off that are still there after `patienceMs`. */
  async closeAll(patienceMs: number): Promise<void> {
    this.heartbeat.stop();
    this.helloDeadline.stop();
    this.expiry.stop();
    for (const connection of this.all) connection.close(CLOSE.goingAway);
    const deadlineMs = performance.now() + patienceMs;
    while (this.all.size > 0 && performance.now() < deadlineMs) await new Promise((resolve) => setTimeout(resolve, 20));
    for (const { socket } of this.all) socket.terminate();
  }
}

/** What a close code says, of ours and of those that clients send or that stand for none. */
function reasonOf(closeCode: number): string {
  const ours = Object.values(CLOSE).find(({ code }) => code === closeCode);
  return ours?.reason ?? (LEFT.includes(closeCode) ? 'left' : 'connection lost');
}
