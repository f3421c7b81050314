import { z } from 'zod';
import { channelName, messageKey, serverId, userName } from '@switchboard/protocol/schemas';
import { PAGE_LIMIT } from '../http/page-limit';
import { type QueryNumberBounds } from '../http/query-number';
import { schemaOf } from './schema-of';
import { type Parameter } from './operation';

/** A name in the path. */
function pathName(name: string, schema: z.ZodType, description: string): Parameter {
  return { name, in: 'path', description, schema: schemaOf(schema) };
}

/** A name in the query. */
export function queryName(name: string, schema: z.ZodType, description: string): Parameter {
  return { name, in: 'query', description, schema: schemaOf(schema) };
}

/** A whole number in the query. */
export function queryNumberParameter({ name, min, max, fallback }: QueryNumberBounds, description: string): Parameter {
  return { name, in: 'query', description, schema: { type: 'integer', minimum: min, maximum: max, default: fallback } };
}

/** The user that a path names. */
export const USER = pathName('user', userName, 'The name of a user, percent-encoded: 1–256 bytes of UTF-8 without control characters.');
/** The channel that a path names. */
export const CHANNEL = pathName('channel', channelName, 'The name of a channel.');
/** The connection that a path names. */
export const CONNECTION = pathName('connection', z.string().min(1), 'The id of a connection.');
/** The server that a path names. */
export const SERVER = pathName('server', serverId, 'The id of a server.');
/** The message that a path names. */
export const MESSAGE = pathName('id', z.string().min(1), 'The id of a message, as the answer to its sending has it.');
/** How large a page is. */
export const LIMIT = queryNumberParameter(PAGE_LIMIT, 'How many items the page has at most.');
/** The key under which a message is sent once. */
export const IDEMPOTENCY_KEY: Parameter = {
  name: 'Idempotency-Key',
  in: 'header',
  description:
    'A repeat within 24 hours, by the same API key and to the same target, gets the first answer. Durable messages only; may be in the body instead.',
  // A header carries printable ASCII only.
  schema: { ...schemaOf(messageKey), pattern: '^[!-~]([ -~]*[!-~])?$' },
};
/** The caller's own id of a request. */
export const REQUEST_ID: Parameter = {
  name: 'X-Request-Id',
  in: 'header',
  description:
    'The id of the request, for logs: 1–128 printable characters of ASCII. It is echoed; another text, or none, is replaced by a new id.',
  schema: { type: 'string' },
};
