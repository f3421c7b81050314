import { FastifyAdapter } from '@nestjs/platform-fastify';
import { type httpSettings, type SettingsOf } from '@switchboard/config';
import { ConnectRequest } from './sockets/connect-request';

/** Node looks for late requests this often; it bounds by how much one may be late. */
const MOST_OVERTIME_MS = 1_000;

/** The HTTP side of a gateway: probes, metrics, and the requests that ask for an upgrade. */
export function createHttpAdapter({
  keepAliveMs,
  requestTimeoutMs,
}: Pick<SettingsOf<typeof httpSettings>, 'keepAliveMs' | 'requestTimeoutMs'>): FastifyAdapter {
  const adapter = new FastifyAdapter({
    keepAliveTimeout: keepAliveMs,
    requestTimeout: requestTimeoutMs,
    http: { connectionsCheckingInterval: Math.min(requestTimeoutMs, MOST_OVERTIME_MS), IncomingMessage: ConnectRequest },
  });
  // The head of an upgrade as well: else whoever sends it slowly holds a socket for Node's default of a minute.
  adapter.getInstance().server.headersTimeout = requestTimeoutMs;
  return adapter;
}
