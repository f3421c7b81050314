import { BOUNDS, isChannel, isEventName, isKey, isUser, type SendFrame, type StreamKey } from '@switchboard/protocol';
import { clientError } from './client-error';
import { randomName } from './device-name';

/** Whom a client sends to. */
export type SendTarget = SendFrame['to'];

/** What a message that a client sends may carry, and how long to try. */
export interface SendOptions {
  /** A name for what the message is about, 1–128 bytes. */
  readonly event?: string | undefined;
  /** `ephemeral`: at most once, never stored, only while connected. Default: durable. */
  readonly durability?: 'durable' | 'ephemeral' | undefined;
  /** How long a durable message is kept, and an ephemeral one is fit to be delivered. Default: the server's. */
  readonly ttlSeconds?: number | undefined;
  /** Makes repeats of one message count once, for 24 hours. Default: a new one for each call, so that what is sent again after a lost connection is not doubled. */
  readonly idempotencyKey?: string | undefined;
  /** Ephemeral only: for a slow receiver the newest message per key replaces the older. */
  readonly conflateKey?: string | undefined;
  /** Gives up when it aborts; the message may have been sent. */
  readonly signal?: AbortSignal | undefined;
  /** How long to try, over however many connections; default 30,000 ms. */
  readonly timeoutMs?: number | undefined;
}

/** A message that was accepted; `seq` only of a durable one. */
export interface SentMessage {
  readonly messageId: string;
  readonly stream: StreamKey;
  readonly seq?: number;
  /** RFC 3339. */
  readonly time: string;
}

/** A checked message, ready to be framed. */
export interface SendRequest {
  readonly isDurable: boolean;
  /** The frame without type and id: `"to":…,…,"data":…}`. */
  readonly frameTail: string;
}

const KEY_BYTES = 16;
const DURABILITIES: readonly unknown[] = ['durable', 'ephemeral'];

/** Checks a message and writes its frame down, so that the application may change `data` at once. Throws a ClientError `invalid_option`. */
export function sendRequest(to: SendTarget, data: unknown, options: SendOptions): SendRequest {
  const { event, durability = 'durable', ttlSeconds, conflateKey } = options;
  const isDurable = durability === 'durable';
  const idempotencyKey = options.idempotencyKey ?? (isDurable ? randomName(KEY_BYTES) : undefined);
  demand(isTarget(to), 'to must be { user } or { channel }.');
  demand(DURABILITIES.includes(durability), 'durability must be durable or ephemeral.');
  demand(event === undefined || isEventName(event), 'event must be 1–128 bytes without control characters.');
  demand(idempotencyKey === undefined || (isDurable && isKey(idempotencyKey)), 'idempotencyKey must be 1–255 characters; durable only.');
  demand(conflateKey === undefined || (!isDurable && isKey(conflateKey)), 'conflateKey must be 1–255 characters; ephemeral only.');
  demand(
    ttlSeconds === undefined || (Number.isInteger(ttlSeconds) && ttlSeconds >= 1 && ttlSeconds <= BOUNDS.ttlSeconds),
    `ttlSeconds must be a whole number from 1 to ${String(BOUNDS.ttlSeconds)}.`,
  );
  const head = JSON.stringify({ to, event, durability: isDurable ? undefined : durability, ttlSeconds, idempotencyKey, conflateKey });
  return { isDurable, frameTail: `${head.slice(1, -1)},"data":${toJson(data)}}` };
}

function isTarget(to: SendTarget): boolean {
  const { user, channel, ...others } = to as Partial<Record<'user' | 'channel', unknown>>;
  if (Object.keys(others).length > 0) return false;
  if (channel === undefined) return typeof user === 'string' && isUser(user);
  return user === undefined && typeof channel === 'string' && isChannel(channel);
}

function toJson(data: unknown): string {
  let json: string | undefined;
  let cause: unknown;
  try {
    json = JSON.stringify(data);
  } catch (fault) {
    cause = fault;
  }
  if (json === undefined) throw clientError('invalid_option', 'data must be something that JSON can hold.', { cause });
  return json;
}

function demand(isMet: boolean, rule: string): void {
  if (!isMet) throw clientError('invalid_option', rule);
}
