import type { Command } from './command';
import type { MessageContent } from './content';
import type { Reply, ReplyAddress, Wait } from './reply';
import { isSeq } from '../bounds';
import type { StreamKey } from '../stream-key';

/** The version of events that this code writes and reads. */
const EVENT_VERSION = 1;

const NEWLINE = 0x0a;

/** "Seq n of stream s", with the message. */
export interface StreamEvent {
  readonly kind: 'message';
  readonly stream: StreamKey;
  readonly seq: number;
  /** The public id of the message. */
  readonly id: string;
  /** When the log took it, in milliseconds since 1970, on the database's clock. */
  readonly timeMs: number;
  /** When it expires, on the same clock. */
  readonly expiresAtMs: number;
  readonly content: MessageContent;
  /** Who waits to hear that it was written or acknowledged. */
  readonly wait?: Wait | undefined;
}

/** "Stream s has reached seq n", without the message: whoever is behind reads the log. */
export interface HeadEvent {
  readonly kind: 'head';
  readonly stream: StreamKey;
  readonly seq: number;
  readonly wait?: Wait | undefined;
}

/** A message that is in no log: it is written to whoever is there, or lost. */
export interface EphemeralEvent {
  readonly kind: 'ephemeral';
  /** Whom it is for: those who follow a stream, or one connection. */
  readonly to: { readonly stream: StreamKey } | { readonly connection: string };
  readonly id: string;
  readonly timeMs: number;
  readonly expiresAtMs: number;
  /** For a slow client the newest with a key replaces the older. */
  readonly conflateKey?: string | undefined;
  /** The process that has written it to its own sockets already, by a name of its own choice: it skips what it reads of it on the bus. */
  readonly origin?: string | undefined;
  readonly content: MessageContent;
  readonly wait?: Wait | undefined;
}

/** Something that a server is to do. */
export interface CommandEvent {
  readonly kind: 'command';
  readonly command: Command;
  /** Where the answer goes, if somebody waits for it. */
  readonly replyTo?: ReplyAddress | undefined;
}

/** An answer to whoever waits. */
export interface ReplyEvent {
  readonly kind: 'reply';
  /** The id of the address that it answers. */
  readonly id: string;
  readonly reply: Reply;
}

/** What the bus carries to one server. */
export type BusEvent = StreamEvent | HeadEvent | EphemeralEvent | CommandEvent | ReplyEvent;

/** Why bytes from the bus are not an event that this version understands. */
export class EventFormatError extends Error {
  override readonly name = 'EventFormatError';
}

const NO_CONTENT = Buffer.alloc(0);

/** One line of JSON, the header, and behind it the content as it is. */
export function encodeBusEvent(event: BusEvent): Buffer {
  if (!('content' in event)) return Buffer.concat([headerLine(event), NO_CONTENT]);
  const { content, ...header } = event;
  return Buffer.concat([headerLine(header), content]);
}

function headerLine(header: object): Buffer {
  return Buffer.from(`${JSON.stringify({ v: EVENT_VERSION, ...header })}\n`);
}

/**
 * Reads what encodeBusEvent wrote.
 * @throws EventFormatError if the bytes are something else, of a newer version, or of a kind that this version does not know
 */
export function decodeBusEvent(bytes: Buffer): BusEvent {
  const end = bytes.indexOf(NEWLINE);
  if (end < 0) throw new EventFormatError('no header line');
  const header = parseHeader(bytes.toString('utf8', 0, end));
  const content = bytes.subarray(end + 1);
  switch (header['kind']) {
    case 'message':
      check(isStreamPlace(header) && isTimed(header), 'a message lacks its place, id or times');
      return { ...header, content } as unknown as StreamEvent;
    case 'head':
      check(isStreamPlace(header), 'a head lacks its place');
      return header as unknown as HeadEvent;
    case 'ephemeral':
      check(isObject(header['to']) && isTimed(header), 'an ephemeral message lacks its target, id or times');
      return { ...header, content } as unknown as EphemeralEvent;
    case 'command':
      check(isObject(header['command']) && typeof header['command']['name'] === 'string', 'a command lacks its name');
      return header as unknown as CommandEvent;
    case 'reply':
      check(typeof header['id'] === 'string' && isObject(header['reply']), 'a reply lacks its id');
      return header as unknown as ReplyEvent;
    default:
      throw new EventFormatError(`the kind ${JSON.stringify(header['kind'])} is not known`);
  }
}

type Fields = Record<string, unknown>;

function parseHeader(line: string): Fields {
  let header: unknown;
  try {
    header = JSON.parse(line);
  } catch (error) {
    throw new EventFormatError('the header is not JSON', { cause: error });
  }
  const { v: version, ...fields } = isObject(header) ? header : {};
  if (version !== EVENT_VERSION) throw new EventFormatError(`version ${String(version)} is not ${String(EVENT_VERSION)}`);
  return fields;
}

function check(isSound: boolean, fault: string): void {
  if (!isSound) throw new EventFormatError(fault);
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isStreamPlace({ stream, seq }: Fields): boolean {
  return typeof stream === 'string' && isSeq(seq) && seq >= 1;
}

function isTimed({ id, timeMs, expiresAtMs }: Fields): boolean {
  return typeof id === 'string' && isTime(timeMs) && isTime(expiresAtMs);
}

/** Milliseconds since 1970 that a Date can hold (ECMAScript, 21.4.1.1). */
function isTime(value: unknown): boolean {
  return Number.isSafeInteger(value) && Math.abs(value as number) <= 8.64e15;
}
