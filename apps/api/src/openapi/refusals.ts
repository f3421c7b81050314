import { ERRORS, type ErrorCodeName } from '@switchboard/protocol';
import { statusOf } from '../http/problem-document';
import { type JsonSchema, type Operation } from './operation';

/** What any request can be refused with, whatever it asks for. */
const OF_ALL: readonly ErrorCodeName[] = [
  'invalid_request',
  'invalid_path',
  'request_timeout',
  'unsupported_media_type',
  'headers_too_large',
  'internal',
];
const OF_KEYED: readonly ErrorCodeName[] = ['unauthorized', 'forbidden', 'rate_limited', 'unavailable'];
const OF_BODIES: readonly ErrorCodeName[] = ['invalid_json', 'invalid_field', 'unknown_field'];

const HEADERS_OF_STATUS: Readonly<Record<number, readonly string[]>> = {
  401: ['WWW-Authenticate'],
  409: ['Retry-After'],
  429: ['Retry-After'],
  503: ['Retry-After'],
};

/** The codes that an operation may be refused with, by their statuses, in order. */
export function refusalsOf({ method, scope, body, refusals = [] }: Operation): ReadonlyMap<number, readonly ErrorCodeName[]> {
  const codes = new Set([
    ...OF_ALL,
    ...(scope === undefined ? [] : OF_KEYED),
    ...(body === undefined ? [] : OF_BODIES),
    // A body that nobody asked for is read all the same.
    ...(method === 'get' ? [] : (['too_large'] as const)),
    ...refusals,
  ]);
  const statuses = [...new Set([...codes].map(statusOf))].sort((one, other) => one - other);
  return new Map(statuses.map((status) => [status, [...codes].filter((code) => statusOf(code) === status)]));
}

/** The answer with a problem document that has one of `codes`. */
export function refusalAnswer(status: number, codes: readonly ErrorCodeName[]): { readonly headers: readonly string[] } & JsonSchema {
  const schema = {
    allOf: [{ $ref: '#/components/schemas/Problem' }, { properties: { status: { const: status }, code: { enum: codes } } }],
  };
  return {
    description: codes.map((code) => `\`${code}\`: ${ERRORS[code].title}`).join(' '),
    headers: HEADERS_OF_STATUS[status] ?? [],
    content: { 'application/problem+json': { schema } },
  };
}
