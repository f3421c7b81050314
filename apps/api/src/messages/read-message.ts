import { type FastifyRequest } from 'fastify';
import { type z } from 'zod';
import { isKey, SwitchboardError } from '@switchboard/protocol';
import { readSendBody, type SendBody } from '@switchboard/protocol/schemas';
import { keyOf } from '../auth/authorize';
import { type MessageOfService } from './send-message';

/**
 * Reads the message of a request: its body, and its idempotency key, which may be in the body or in the header.
 * @throws SwitchboardError for a fault of the body; `invalid_field` if the header is out of bounds, or says something else than the body
 */
export function readMessage<Schema extends z.ZodType<SendBody>>(
  schema: Schema,
  request: FastifyRequest,
  mostDataBytes: number,
): MessageOfService & { readonly fields: z.output<Schema> } {
  const { fields, data } = readSendBody(schema, request.body, mostDataBytes);
  const header = request.headers['idempotency-key'];
  if (header === undefined) return { keyName: keyOf(request).name, fields, data };
  if (typeof header !== 'string' || !isKey(header))
    throw new SwitchboardError('invalid_field', 'Idempotency-Key: must be 1–255 characters without control characters');
  if (fields.idempotencyKey !== undefined && fields.idempotencyKey !== header)
    throw new SwitchboardError('invalid_field', 'idempotencyKey: is not what the header Idempotency-Key says');
  return { keyName: keyOf(request).name, fields: { ...fields, idempotencyKey: header }, data };
}
