import { isUtf8 } from 'node:buffer';
import { SwitchboardError } from '../error-codes';
import { quoted } from '../quoted';

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const BACKSLASH = 0x5c;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const SPACE = 0x20;

/** A body, taken apart. */
export interface SplitBody {
  /** All fields, parsed; to be checked. */
  readonly fields: Readonly<Record<string, unknown>>;
  /** The bytes of the value of `data` as they were written, inside the body's memory; undefined if there is none. */
  readonly data: Buffer | undefined;
}

/**
 * Parses a JSON object, and finds the bytes of its top-level `data` besides: they go on untouched, since parsing and printing would lose
 * big numbers, duplicate keys and spacing. A repeated top-level key is refused, since readers of JSON differ in which one they take, and
 * what is checked here must be what is delivered; inside `data` it is the business of sender and receiver.
 * @throws SwitchboardError `invalid_json` or `invalid_field`
 */
export function splitBody(body: Buffer): SplitBody {
  const fields = parseObject(body);
  return { fields, data: dataBytes(body) };
}

function parseObject(body: Buffer): Record<string, unknown> {
  if (body.length === 0) throw new SwitchboardError('invalid_json', 'The body is empty.');
  if (!isUtf8(body)) throw new SwitchboardError('invalid_json', 'The body is not UTF-8.');
  let value: unknown;
  try {
    value = JSON.parse(body.toString('utf8'));
  } catch (error) {
    throw new SwitchboardError('invalid_json', 'The body is not JSON.', { cause: error });
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new SwitchboardError('invalid_json', 'The body is not a JSON object.');
  return value as Record<string, unknown>;
}

/**
 * The bytes of the top-level `data` of an object that is known to be valid JSON, as `splitBody` finds them: walks the keys, skipping their
 * values.
 * @throws SwitchboardError `invalid_field` if a top-level key is repeated
 */
export function dataBytes(json: Buffer): Buffer | undefined {
  let data: Buffer | undefined;
  const seen = new Set<string>();
  let at = skipSpace(json, skipSpace(json, 0) + 1);
  while (json[at] !== CLOSE_BRACE) {
    const keyEnd = endOfString(json, at);
    const key = JSON.parse(json.toString('utf8', at, keyEnd)) as string;
    if (seen.has(key)) throw new SwitchboardError('invalid_field', `The field ${quoted(key)} is there more than once.`);
    seen.add(key);
    const start = skipSpace(json, skipSpace(json, keyEnd) + 1);
    const end = endOfValue(json, start);
    if (key === 'data') data = json.subarray(start, end);
    at = skipSpace(json, end);
    if (json[at] === COMMA) at = skipSpace(json, at + 1);
  }
  return data;
}

function skipSpace(json: Buffer, start: number): number {
  let at = start;
  while ((json[at] ?? COLON) <= SPACE) at += 1;
  return at;
}

/** @param start where the opening quote is @returns the place behind the closing one: the first with an even number of backslashes before it */
function endOfString(json: Buffer, start: number): number {
  let quote = start;
  for (;;) {
    quote = json.indexOf(QUOTE, quote + 1);
    let backslashes = 0;
    while (json[quote - 1 - backslashes] === BACKSLASH) backslashes += 1;
    if (backslashes % 2 === 0) return quote + 1;
  }
}

function endOfValue(json: Buffer, start: number): number {
  const first = json[start];
  if (first === QUOTE) return endOfString(json, start);
  if (first === OPEN_BRACE || first === OPEN_BRACKET) return endOfNested(json, start);
  let at = start;
  while (!endsScalar(json[at])) at += 1;
  return at;
}

/** Brackets are counted without telling their kinds apart: that they match is known. */
function endOfNested(json: Buffer, start: number): number {
  let depth = 0;
  let at = start;
  do {
    const byte = json[at];
    if (byte === QUOTE) {
      at = endOfString(json, at);
      continue;
    }
    if (byte === OPEN_BRACE || byte === OPEN_BRACKET) depth += 1;
    else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) depth -= 1;
    at += 1;
  } while (depth > 0);
  return at;
}

function endsScalar(byte: number | undefined): boolean {
  return byte === undefined || byte <= SPACE || byte === COMMA || byte === CLOSE_BRACE;
}
