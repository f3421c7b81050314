import { type JsonSchema } from './operation';

/** A header of answers. */
export interface DocumentedHeader {
  readonly description: string;
  readonly schema: JsonSchema;
}

const text = { type: 'string' };

/** The headers of answers that the document describes once. */
export const HEADERS: Readonly<Record<string, DocumentedHeader>> = {
  'X-Request-Id': { description: 'The id of the request: its own if it had one, else a new one.', schema: text },
  'RateLimit-Policy': {
    description: 'Where requests are limited: the quota `q` of a window of `w` seconds (draft-ietf-httpapi-ratelimit-headers-09).',
    schema: text,
  },
  RateLimit: {
    description: 'Where requests are limited: `r` requests remain, and after `t` seconds the quota is whole again.',
    schema: text,
  },
  'Retry-After': { description: 'When to come back, in seconds; only if that may help.', schema: { type: 'integer', minimum: 1 } },
  'WWW-Authenticate': { description: 'How to say who asks.', schema: { type: 'string', const: 'Bearer' } },
};

/** The headers of every answer to a request that needs a key. */
export const HEADERS_OF_KEYED = ['X-Request-Id', 'RateLimit-Policy', 'RateLimit'] as const;
