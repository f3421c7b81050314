import type { ErrorCodeName } from './error-codes';
import type { StreamKey } from './stream-key';

/** The WebSocket subprotocol of version 1. */
export const SUBPROTOCOL = 'switchboard.v1';

/** The path of the WebSocket endpoint. */
export const CONNECT_PATH = '/v1/connect';

/**
 * Where the own stream begins for a device without a cursor: behind what the user has acknowledged on any device, now, or at the oldest
 * message that is kept.
 */
export type StartWish = 'unacked' | 'now' | 'earliest';

/** First frame of a client. `token` may instead come in the Authorization header of the upgrade. */
export interface HelloFrame {
  readonly type: 'hello';
  readonly token?: string;
  readonly device?: string;
  /** The last seq had, per stream. */
  readonly resume?: Readonly<Record<StreamKey, number>>;
  readonly channels?: readonly string[];
  /** Where the own stream begins if neither `resume` nor a cursor says so. Default: unacked. */
  readonly start?: StartWish;
  /** The old connection of a client that moves. */
  readonly replaces?: string;
}

/** Follow a channel; resumes behind `after` if given, else begins now. */
export interface SubscribeFrame {
  readonly type: 'subscribe';
  readonly id: number;
  readonly channel: string;
  readonly after?: number;
}

/** Stop following a channel. */
export interface UnsubscribeFrame {
  readonly type: 'unsubscribe';
  readonly id: number;
  readonly channel: string;
}

/** All messages up to this seq have been handled: cumulative, for the own stream only. */
export interface AckFrame {
  readonly type: 'ack';
  readonly streams: Readonly<Record<StreamKey, number>>;
}

/** A message of a client to a user or channel. */
export interface SendFrame {
  readonly type: 'send';
  readonly id: number;
  readonly to: { readonly user: string } | { readonly channel: string };
  readonly event?: string;
  readonly durability?: 'durable' | 'ephemeral';
  readonly ttlSeconds?: number;
  readonly idempotencyKey?: string;
  readonly conflateKey?: string;
  readonly data: unknown;
}

/** A fresh token for the same user. */
export interface TokenFrame {
  readonly type: 'token';
  readonly id: number;
  readonly token: string;
}

/** Either side may ask; the other answers with a pong at once. */
export interface PingFrame {
  readonly type: 'ping';
}

/** The answer to a ping. */
export interface PongFrame {
  readonly type: 'pong';
}

/** What a client sends. */
export type ClientFrame = HelloFrame | SubscribeFrame | UnsubscribeFrame | AckFrame | SendFrame | TokenFrame | PingFrame | PongFrame;

/** The connection is registered: every message behind each stream's `after` will come. */
export interface ReadyFrame {
  readonly type: 'ready';
  readonly connection: string;
  readonly server: string;
  readonly user: string;
  readonly device?: string;
  readonly streams: Readonly<Record<StreamKey, { readonly after: number }>>;
  readonly pingIntervalMs: number;
  readonly limits: { readonly frameBytes: number; readonly dataBytes: number; readonly subscriptions: number };
}

/** A message. A durable one has `seq` and `after` = seq − 1; an ephemeral one has neither. */
export interface MessageFrame {
  readonly type: 'message';
  readonly stream: StreamKey;
  readonly seq?: number;
  readonly after?: number;
  /** Opaque. */
  readonly id: string;
  /** RFC 3339. */
  readonly time: string;
  readonly event?: string;
  readonly from?: { readonly user: string };
  readonly data: unknown;
}

/** Why messages of a stream will never come. */
export type GapReason = 'expired' | 'recalled' | 'lost';

/** The messages after + 1 to `through` will never come; the position is now `through`. */
export interface GapFrame {
  readonly type: 'gap';
  readonly stream: StreamKey;
  readonly after: number;
  readonly through: number;
  readonly reason: GapReason;
}

/** The answer to a client's frame that had an id and succeeded. */
export interface OkFrame {
  readonly type: 'ok';
  readonly id: number;
  readonly stream?: StreamKey;
  readonly after?: number;
  /** Of a message that was sent; `seq` only of a durable one. */
  readonly messageId?: string;
  readonly seq?: number;
  /** RFC 3339. */
  readonly time?: string;
}

/** Something a client asked for failed; without an id it is about the connection. */
export interface ErrorFrame {
  readonly type: 'error';
  readonly id?: number;
  readonly code: ErrorCodeName;
  readonly message: string;
  readonly retryable: boolean;
  readonly stream?: StreamKey;
  readonly retryAfterMs?: number;
}

/** Connect elsewhere in `inMs`; this socket closes `withinMs` from now, if given. */
export interface GoawayFrame {
  readonly type: 'goaway';
  readonly inMs: number;
  readonly withinMs?: number;
  readonly reason: string;
}

/** What a server sends. */
export type ServerFrame = ReadyFrame | MessageFrame | GapFrame | OkFrame | ErrorFrame | GoawayFrame | PingFrame | PongFrame;
