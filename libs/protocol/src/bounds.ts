const KIBIBYTE = 1_024;

/**
 * The bounds of version 1 of both contracts. Sizes are in bytes of UTF-8 unless the name says otherwise; those of data and frames
 * can be lowered or raised by settings of the servers.
 */
export const BOUNDS = {
  userBytes: 256,
  channelBytes: 128,
  deviceBytes: 64,
  eventNameBytes: 128,
  dataBytes: 64 * KIBIBYTE,
  frameBytes: 80 * KIBIBYTE,
  connectionIdChars: 64,
  /** Of idempotency keys and conflate keys, in UTF-16 code units. */
  keyChars: 255,
  /** How many users one message may name. */
  usersOfMessage: 1_000,
  /** The longest time to live that any installation can allow. 30 days; by default 7 are allowed. */
  ttlSeconds: 30 * 86_400,
  /** A batch of messages: lines, and bytes of them all. */
  batchLines: 10_000,
  batchBytes: 32 * KIBIBYTE * KIBIBYTE,
  /** Connections that an administrator may have closed in a second. */
  closesPerSecond: 100_000,
  /** The id of a server. */
  serverIdChars: 64,
  /** Channels that one hello or token may name, and streams that `resume` or `ack` may name. */
  namesOfFrame: 1_000,
  /** The largest seq that a JavaScript client can hold exactly: 2^53 − 1. */
  seq: Number.MAX_SAFE_INTEGER,
} as const;

const CHANNEL = /^[A-Za-z0-9._:@~-]+$/;
const DEVICE = /^[A-Za-z0-9._-]+$/;
// eslint-disable-next-line no-control-regex -- control characters are what it looks for
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/;
const LONE_SURROGATE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;

const encoder = new TextEncoder();

function isPlainText(value: string, maxBytes: number): boolean {
  if (value.length === 0 || value.length > maxBytes) return false;
  return !CONTROL.test(value) && !LONE_SURROGATE.test(value) && encoder.encode(value).length <= maxBytes;
}

/** 1–256 bytes of UTF-8 without control characters. */
export function isUser(value: string): boolean {
  return isPlainText(value, BOUNDS.userBytes);
}

/** 1–128 of `[A-Za-z0-9._:@~-]`. */
export function isChannel(value: string): boolean {
  return value.length <= BOUNDS.channelBytes && CHANNEL.test(value);
}

/** 1–64 of `[A-Za-z0-9._-]`. */
export function isDevice(value: string): boolean {
  return value.length <= BOUNDS.deviceBytes && DEVICE.test(value);
}

/** 1–128 bytes of UTF-8 without control characters. */
export function isEventName(value: string): boolean {
  return isPlainText(value, BOUNDS.eventNameBytes);
}

/** An idempotency key or a conflate key: 1–255 characters without control characters. */
export function isKey(value: string): boolean {
  return value.length > 0 && value.length <= BOUNDS.keyChars && !CONTROL.test(value) && !LONE_SURROGATE.test(value);
}

/** The id of a server: 1–64 characters without control characters, which no database could look for. */
export function isServerId(value: string): boolean {
  return value.length > 0 && value.length <= BOUNDS.serverIdChars && !CONTROL.test(value) && !LONE_SURROGATE.test(value);
}

/** A whole number from 0 to 2^53 − 1. */
export function isSeq(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
