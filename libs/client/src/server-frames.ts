import { isSeq, type ServerFrame } from '@switchboard/protocol';

type Fields = Readonly<Record<string, unknown>>;
type Check = (frame: Fields) => boolean;

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function isDuration(value: unknown): value is number {
  return Number.isFinite(value) && (value as number) >= 0;
}

function isOptional(value: unknown, check: (value: unknown) => boolean): boolean {
  return value === undefined || check(value);
}

function isForward(after: unknown, through: unknown): boolean {
  return isSeq(after) && isSeq(through) && after < through;
}

// Only what the SDK relies on: a field that it never reads must not cost a message.
const CHECKS: Readonly<Record<ServerFrame['type'], Check>> = {
  ready: ({ connection, server, user, streams, pingIntervalMs }) =>
    [connection, server, user].every(isText) &&
    isObject(streams) &&
    Object.values(streams).every((start) => isObject(start) && isSeq(start['after'])) &&
    isDuration(pingIntervalMs) &&
    pingIntervalMs > 0,
  message: ({ stream, id, time, seq, after }) =>
    [stream, id, time].every(isText) && (seq === undefined ? after === undefined : isForward(after, seq)),
  gap: ({ stream, after, through, reason }) => isText(stream) && isText(reason) && isForward(after, through),
  ok: ({ id, stream, after }) => isSeq(id) && isOptional(stream, isText) && isOptional(after, isSeq),
  error: ({ id, code, message, stream, retryAfterMs }) =>
    isText(code) && isText(message) && isOptional(id, isSeq) && isOptional(stream, isText) && isOptional(retryAfterMs, isDuration),
  goaway: ({ inMs }) => isDuration(inMs),
  ping: () => true,
  pong: () => true,
};

/** Reads what a socket gave: a frame; `unknown` for a type of a later version; `malformed` for what no version sends. Never throws. */
export function readServerFrame(data: unknown): ServerFrame | 'unknown' | 'malformed' {
  if (!isText(data)) return 'malformed';
  let frame: unknown;
  try {
    frame = JSON.parse(data);
  } catch {
    return 'malformed';
  }
  if (!isObject(frame) || !isText(frame['type'])) return 'malformed';
  if (!Object.hasOwn(CHECKS, frame['type'])) return 'unknown';
  return CHECKS[frame['type'] as ServerFrame['type']](frame) ? (frame as unknown as ServerFrame) : 'malformed';
}
