import type { GapReason, StreamKey } from '@switchboard/protocol';
import type { ClientError } from './client-error';

/** A message as a listener gets it. Durable ones have a `seq`; ephemeral ones have none and are never repeated. */
export interface Message {
  /** `user:<user>`, `channel:<channel>` or `everyone`. */
  readonly stream: StreamKey;
  readonly seq?: number;
  /** Opaque. */
  readonly id: string;
  /** RFC 3339. */
  readonly time: string;
  readonly event?: string;
  /** Only on messages that a client sent; set by the server. */
  readonly from?: { readonly user: string };
  readonly data: unknown;
  /** The JSON text of `data` as it came, with numbers that JavaScript would round and keys in their order. Found when it is asked for. */
  readonly dataText: string;
  /**
   * With `ack: 'manual'`: this message of the own stream, and all before it, have been handled. Nothing for other messages, nor with
   * `ack: 'auto'`.
   */
  ack(): void;
}

/** The messages `after` + 1 to `through` of a stream will never come. */
export interface Gap {
  readonly stream: StreamKey;
  readonly after: number;
  readonly through: number;
  /** `lost` also where the server began further on than this client was, and did not say why. */
  readonly reason: GapReason;
}

/**
 * What the client is about:
 *
 * | state | means | leaves for |
 * |---|---|---|
 * | idle | connect() was not called yet | connecting |
 * | connecting | fetching a token, opening a socket, waiting for the server's ready | ready, waiting, closed |
 * | ready | messages come | ready (moved to another connection), waiting, connecting (lost while moving), paused, closed |
 * | waiting | the connection is lost; the next attempt comes by itself | connecting, closed |
 * | paused | listeners and loops have not finished with `maxPending` messages, so the connection was left; it comes back by itself once half of them are | waiting, closed |
 * | closed | by close(), or because the server refused the client for good | connecting (by connect()) |
 */
export type ClientState = 'idle' | 'connecting' | 'ready' | 'waiting' | 'paused' | 'closed';

/** A change of state, with what belongs to the new one. */
export type StateChange =
  /** `attempt` counts from 1 since the client was last ready. */
  | { readonly state: 'connecting'; readonly attempt: number }
  | { readonly state: 'ready'; readonly connectionId: string; readonly serverId: string; readonly user: string }
  /** The next attempt begins in `delayMs`; `code` and `reason` say how the connection ended, 1006 if no close frame came. */
  | { readonly state: 'waiting'; readonly delayMs: number; readonly code: number; readonly reason: string }
  | { readonly state: 'paused' }
  | { readonly state: 'closed'; readonly code: number; readonly reason: string };

/** The events of a client, and what their listeners get. */
export interface ClientEvents {
  message: Message;
  state: StateChange;
  gap: Gap;
  error: ClientError;
}
