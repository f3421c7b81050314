import { type ClientLimitSettings } from '@switchboard/config';

/** What the parts of a gateway need to know. */
export interface GatewayOptions extends ClientLimitSettings {
  readonly serverId: string;
  readonly pingIntervalMs: number;
  readonly helloDeadlineMs: number;
  readonly reconcileRoundMs: number;
  /** How long a token counts after its expiry. */
  readonly jwtLeewayMs: number;
  readonly frameBytes: number;
  /** The largest `data` of a message that a client sends. */
  readonly dataBytes: number;
  /** What may wait for the network on one socket before its subscriptions pause. */
  readonly socketBufferBytes: number;
  readonly mostConnections: number;
  /** Subscriptions of one connection, its own stream and `everyone` included. */
  readonly mostSubscriptions: number;
}
