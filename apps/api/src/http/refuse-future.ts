import { type FastifyRequest } from 'fastify';
import { SwitchboardError } from '@switchboard/protocol';

/** Headers that a later version takes. Who sends one relies on it: ignoring it would deliver twice what was meant to be delivered once. */
const FUTURE_HEADERS = ['idempotency-key'] as const;

/** @throws SwitchboardError `not_supported` if a request asks by a header for what this version does not do yet */
export function refuseFuture({ headers }: Pick<FastifyRequest, 'headers'>): void {
  for (const name of FUTURE_HEADERS) {
    if (headers[name] !== undefined) throw new SwitchboardError('not_supported', `The header ${name} is not supported yet.`);
  }
}
