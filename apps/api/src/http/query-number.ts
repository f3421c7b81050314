import { SwitchboardError } from '@switchboard/protocol';

/** What a number in a query may be. */
export interface QueryNumberBounds {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  /** Where the parameter is absent. */
  readonly fallback: number;
}

const DIGITS = /^\d{1,16}$/;

/** Reads a whole number from a query. @throws SwitchboardError `invalid_path` */
export function queryNumber(text: string | undefined, { name, min, max, fallback }: QueryNumberBounds): number {
  if (text === undefined) return fallback;
  const value = DIGITS.test(text) ? Number(text) : Number.NaN;
  if (value >= min && value <= max) return value;
  throw new SwitchboardError('invalid_path', `${name} must be a whole number from ${String(min)} to ${String(max)}.`);
}
