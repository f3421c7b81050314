import { type FastifyRequest } from 'fastify';
import { quoted, SwitchboardError } from '@switchboard/protocol';

/**
 * Refuses query parameters: no route of the API has one, and one that is ignored would let its sender believe in what it asks for.
 * @throws SwitchboardError `invalid_path`
 */
export function refuseQuery({ query }: FastifyRequest): void {
  const [name] = Object.keys(query as object);
  if (name !== undefined) throw new SwitchboardError('invalid_path', `There is no query parameter ${quoted(name)}.`);
}
