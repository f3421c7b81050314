import { type z } from 'zod';
import { SwitchboardError } from '../error-codes';
import { quoted } from '../quoted';
import { splitBody } from './split-body';

/**
 * Reads the body of a request and checks every field.
 * @param body what the body parser gave: bytes, or undefined where there was no body
 * @throws SwitchboardError `invalid_json`, `unknown_field` or `invalid_field`
 */
export function readBody<Schema extends z.ZodType>(schema: Schema, body: unknown): z.output<Schema> {
  return readFields(schema, splitBody(Buffer.isBuffer(body) ? body : Buffer.alloc(0)).fields);
}

/** Checks every field of an object. @throws SwitchboardError `unknown_field` or `invalid_field` */
export function readFields<Schema extends z.ZodType>(schema: Schema, fields: Readonly<Record<string, unknown>>): z.output<Schema> {
  const result = schema.safeParse(fields);
  if (!result.success) throw faultOf(result.error);
  return result.data;
}

function faultOf({ issues }: z.ZodError): SwitchboardError {
  for (const issue of issues) {
    if (issue.code === 'unrecognized_keys')
      return new SwitchboardError('unknown_field', `There is no field ${quoted(issue.keys[0] ?? '')}.`);
  }
  return new SwitchboardError(
    'invalid_field',
    issues.map(({ path, message }) => `${path.length === 0 ? 'the body' : path.join('.')}: ${message}`).join('; '),
  );
}
