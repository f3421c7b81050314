import type { MessageContent } from './content';
import { isSeq } from '../bounds';
import type { StreamKey } from '../stream-key';

/** The version of events that this code writes and reads. */
const EVENT_VERSION = 1;

const NEWLINE = 0x0a;

/** What the bus carries to one server: "seq n of stream s", with the message. */
export interface StreamEvent {
  readonly stream: StreamKey;
  readonly seq: number;
  /** The public id of the message. */
  readonly id: string;
  /** When the log took it, in milliseconds since 1970, on the database's clock. */
  readonly timeMs: number;
  /** When it expires, on the same clock. */
  readonly expiresAtMs: number;
  readonly content: MessageContent;
}

/** Why bytes from the bus are not an event that this version understands. */
export class EventFormatError extends Error {
  override readonly name = 'EventFormatError';
}

interface EventHeader {
  readonly v: number;
  readonly stream: StreamKey;
  readonly seq: number;
  readonly id: string;
  readonly time: number;
  readonly expires: number;
}

/** One line of JSON, the header, and behind it the content as it is. */
export function encodeStreamEvent(event: StreamEvent): Buffer {
  const header: EventHeader = {
    v: EVENT_VERSION,
    stream: event.stream,
    seq: event.seq,
    id: event.id,
    time: event.timeMs,
    expires: event.expiresAtMs,
  };
  return Buffer.concat([Buffer.from(`${JSON.stringify(header)}\n`), event.content]);
}

/**
 * Reads what encodeStreamEvent wrote.
 * @throws EventFormatError if the bytes are something else, or of a newer version
 */
export function decodeStreamEvent(bytes: Buffer): StreamEvent {
  const end = bytes.indexOf(NEWLINE);
  if (end < 0) throw new EventFormatError('no header line');
  const header = parseHeader(bytes.toString('utf8', 0, end));
  return {
    stream: header.stream,
    seq: header.seq,
    id: header.id,
    timeMs: header.time,
    expiresAtMs: header.expires,
    content: bytes.subarray(end + 1),
  };
}

function parseHeader(line: string): EventHeader {
  let header: Partial<EventHeader> | null;
  try {
    header = JSON.parse(line) as Partial<EventHeader> | null;
  } catch (error) {
    throw new EventFormatError('the header is not JSON', { cause: error });
  }
  if (header?.v !== EVENT_VERSION) throw new EventFormatError(`version ${String(header?.v)} is not ${String(EVENT_VERSION)}`);
  const { stream, seq, id, time, expires } = header;
  if (typeof stream !== 'string' || typeof id !== 'string') throw new EventFormatError('stream or id is not a string');
  if (!isSeq(seq) || seq < 1) throw new EventFormatError('seq is not a number of a message');
  if (!isTime(time) || !isTime(expires)) throw new EventFormatError('time or expires is not a time');
  return header as EventHeader;
}

/** Milliseconds since 1970 that a Date can hold (ECMAScript, 21.4.1.1). */
function isTime(value: unknown): boolean {
  return Number.isSafeInteger(value) && Math.abs(value as number) <= 8.64e15;
}
