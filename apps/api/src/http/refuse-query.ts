import { type FastifyRequest } from 'fastify';
import { quoted, SwitchboardError } from '@switchboard/protocol';

/**
 * Refuses query parameters that a route does not have, since one that is ignored would let its sender believe in what it asks for, and
 * those that come more than once.
 * @throws SwitchboardError `invalid_path`
 */
export function refuseQuery({ query, routeOptions }: FastifyRequest): void {
  const known = routeOptions.config.query ?? [];
  for (const [name, value] of Object.entries(query as object)) {
    if (!known.includes(name)) throw new SwitchboardError('invalid_path', `There is no query parameter ${quoted(name)}.`);
    if (typeof value !== 'string') throw new SwitchboardError('invalid_path', `The query parameter ${name} is there more than once.`);
  }
}
