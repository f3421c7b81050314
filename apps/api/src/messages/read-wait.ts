import { type FastifyRequest } from 'fastify';
import { SwitchboardError } from '@switchboard/protocol';
import { type WaitWish } from '@switchboard/routing';
import { queryNumber } from '../http/query-number';

/** The query parameters of a request that may wait for what becomes of its message. */
export const WAIT_QUERY = ['wait', 'timeoutMs'] as const;

/** How long a request may wait. */
export const TIMEOUT_MS = { name: 'timeoutMs', min: 1, max: 30_000, fallback: 5_000 };

/** What a request waits for; undefined: nothing. @throws SwitchboardError `invalid_path` */
export function readWait({ query }: Pick<FastifyRequest, 'query'>): WaitWish | undefined {
  const { wait, timeoutMs } = query as { readonly wait?: string; readonly timeoutMs?: string };
  if (wait === undefined) {
    if (timeoutMs !== undefined) throw new SwitchboardError('invalid_path', 'timeoutMs needs wait.');
    return undefined;
  }
  if (wait !== 'written' && wait !== 'acked') throw new SwitchboardError('invalid_path', 'wait must be written or acked.');
  return { until: wait, timeoutMs: queryNumber(timeoutMs, TIMEOUT_MS) };
}
