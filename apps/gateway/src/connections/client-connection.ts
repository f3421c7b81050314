import { randomUUID } from 'node:crypto';
import { CLOSE, SwitchboardError, type Close, type StreamKey } from '@switchboard/protocol';
import { errorFrame } from '../frames/error-frame';
import { type ClientSocket } from '../sockets/client-socket';
import { type ConnectionMemberships } from '../memberships/connection-memberships';
import { type Subscription } from '../streams/subscription';
import { type TokenGrants } from '../tokens/token-grants';
import { type FrameRates } from './frame-rates';
import { RequestQueue } from './request-queue';

/**
 * - `new`: no hello has come yet
 * - `opening`: hello has come, the connection is being registered
 * - `ready`: registered, and told so
 * - `ended`: the socket is closed, or about to be; nothing is done for it any more
 */
export type ConnectionPhase = 'new' | 'opening' | 'ready' | 'ended';

/** What the token and hello said. */
export interface ConnectionIdentity extends TokenGrants {
  readonly device?: string | undefined;
}

/** What is known of one connection. */
export class ClientConnection {
  readonly id = randomUUID();
  /** In milliseconds since 1970; once it is registered, on the database's clock. */
  connectedAtMs = Date.now();
  readonly requests = new RequestQueue();
  readonly subscriptions = new Map<StreamKey, Subscription>();
  phase: ConnectionPhase = 'new';
  identity: ConnectionIdentity | undefined;
  /** What it follows through membership; undefined as long as that is nothing. */
  memberships: ConnectionMemberships | undefined;
  /** Whether its row was committed: it is to be registered again under another lease. */
  isRegistered = false;
  violations = 0;
  /** All of the own stream up to here has been acknowledged on this connection; below 0: nothing has. */
  acked = -1;

  /**
   * @param bearer the token of the upgrade's Authorization header, if there was one; forgotten once it is verified
   * @param rates bounds how fast the client sends; absent: nothing does
   */
  constructor(
    readonly socket: ClientSocket,
    public bearer: string | undefined,
    readonly rates?: FrameRates,
  ) {}

  /** Whether the connection has ended; it may do so during any await. */
  get hasEnded(): boolean {
    return this.phase === 'ended';
  }

  /** Closes the socket, since newer connections of the user took its place. */
  replace(): void {
    if (this.hasEnded) return;
    this.socket.send(errorFrame(new SwitchboardError('replaced'), {}));
    this.close(CLOSE.replaced);
  }

  /** Closes the socket; whatever the client still sends is ignored. */
  close(close: Close): void {
    this.phase = 'ended';
    this.socket.close(close);
  }
}
