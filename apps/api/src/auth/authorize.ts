import { type FastifyRequest } from 'fastify';
import { type ApiKey } from '@switchboard/config';
import { SwitchboardError } from '@switchboard/protocol';
import { type ApiKeys } from './api-keys';

const BEARER = /^Bearer +(\S+) *$/i;
const SERVICES_PREFIX = '/v1/';
const API_KEY = Symbol('apiKey');

interface AuthorizedRequest {
  [API_KEY]?: ApiKey;
}

/**
 * Checks that the API key of a request allows its route. It runs before the body is read, so that nobody without a key can make us
 * hold one.
 * @param known hears whose key it is, before its scopes are looked at; what it throws refuses the request
 * @throws SwitchboardError `unauthorized` or `forbidden`
 */
export function authorize(request: FastifyRequest, keys: ApiKeys, known: (key: ApiKey) => void): void {
  const { url, config } = request.routeOptions;
  if (config.scope === undefined && url?.startsWith(SERVICES_PREFIX) !== true) return;
  const secret = BEARER.exec(request.headers.authorization ?? '')?.[1];
  if (secret === undefined) throw new SwitchboardError('unauthorized', 'Authorization: Bearer with an API key is required.');
  const key = keys.find(secret);
  if (key === undefined) throw new SwitchboardError('unauthorized', 'There is no such API key.');
  known(key);
  if (config.scope === undefined || !key.scopes.includes(config.scope)) {
    throw new SwitchboardError('forbidden', `The API key ${key.name} does not have the scope ${config.scope ?? 'of this route'}.`);
  }
  (request as AuthorizedRequest)[API_KEY] = key;
}

/** The key by which a request was authorized; only for routes that require a scope. */
export function keyOf(request: FastifyRequest): ApiKey {
  const key = (request as AuthorizedRequest)[API_KEY];
  if (key === undefined) throw new Error('the request was not authorized');
  return key;
}
