import { isDeepStrictEqual } from 'node:util';

const MOST_SHOWN_CHARS = 400;

/** What was promised is not what was seen. */
export class Mismatch extends Error {
  override readonly name = 'Mismatch';
}

/** A JSON object of which nothing is known yet. */
export type Fields = Readonly<Record<string, unknown>>;

/** `value` is deeply equal to `expected`. */
export function equal(what: string, value: unknown, expected: unknown): void {
  if (!isDeepStrictEqual(value, expected)) throw new Mismatch(`${what}: expected ${shown(expected)}, saw ${shown(value)}`);
}

/** `value` is an object that has at least the fields of `expected`, each deeply equal. */
export function includes(what: string, value: unknown, expected: Fields): void {
  if (!hasFields(value, expected)) throw new Mismatch(`${what}: expected at least ${shown(expected)}, saw ${shown(value)}`);
}

/** `condition` holds; `seen` is what it was made from. */
export function holds(what: string, condition: boolean, seen: unknown): void {
  if (!condition) throw new Mismatch(`expected ${what}, saw ${shown(seen)}`);
}

/** Whether `value` is an object that has at least the fields of `expected`. */
export function hasFields(value: unknown, expected: Fields): boolean {
  return isFields(value) && Object.entries(expected).every(([name, field]) => isDeepStrictEqual(value[name], field));
}

/** `value`, which must be a text that is not empty. */
export function text(what: string, value: unknown): string {
  if (typeof value !== 'string' || value === '') throw new Mismatch(`${what}: expected a text, saw ${shown(value)}`);
  return value;
}

/** `value`, which must be a whole number from 0. */
export function count(what: string, value: unknown): number {
  if (!Number.isSafeInteger(value) || Number(value) < 0) throw new Mismatch(`${what}: expected a whole number, saw ${shown(value)}`);
  return Number(value);
}

/** `value`, which must be an object. */
export function fields(what: string, value: unknown): Fields {
  if (!isFields(value)) throw new Mismatch(`${what}: expected an object, saw ${shown(value)}`);
  return value;
}

/** `value`, which must be a list of objects. */
export function list(what: string, value: unknown): readonly Fields[] {
  if (!Array.isArray(value)) throw new Mismatch(`${what}: expected a list, saw ${shown(value)}`);
  return value.map((item) => fields(`an item of ${what}`, item));
}

/** A text in RFC 3339. */
export function time(what: string, value: unknown): void {
  holds(`${what} in RFC 3339`, typeof value === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/.test(value), value);
}

/** What was seen, as a line shows it. */
export function shown(value: unknown): string {
  const json = (JSON.stringify(value) as string | undefined) ?? String(value);
  return json.length > MOST_SHOWN_CHARS ? `${json.slice(0, MOST_SHOWN_CHARS)}…` : json;
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
