import { type z } from 'zod';
import { SwitchboardError } from '../error-codes';
import { readFields } from './read-body';
import { splitBody } from './split-body';

/** A send's body that has been checked. */
export interface SendBodyRead<Fields> {
  readonly fields: Fields;
  /** The bytes of `data`, valid JSON, inside the body's memory. */
  readonly data: Buffer;
}

/**
 * Reads the body of a send and checks every field.
 * @param body what the body parser gave: bytes, or undefined where there was no body
 * @throws SwitchboardError `invalid_json`, `unknown_field`, `invalid_field`, or `too_large` if data is over `mostDataBytes`
 */
export function readSendBody<Schema extends z.ZodType>(
  schema: Schema,
  body: unknown,
  mostDataBytes: number,
): SendBodyRead<z.output<Schema>> {
  const { fields, data } = splitBody(Buffer.isBuffer(body) ? body : Buffer.alloc(0));
  const checked = readFields(schema, fields);
  if (data === undefined) throw new SwitchboardError('invalid_field', 'data: is required');
  if (data.length > mostDataBytes) {
    throw new SwitchboardError('too_large', `data has ${String(data.length)} bytes; at most ${String(mostDataBytes)} are allowed.`);
  }
  return { fields: checked, data };
}
