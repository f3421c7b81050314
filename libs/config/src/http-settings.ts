import { z } from 'zod';
import { wholeNumber } from './schemas';
import { type Setting } from './settings';

const LARGEST_PORT = 65_535;

/** Where an app listens. 0 takes any free port. */
export function portSetting(defaultPort: number): Setting<z.ZodType<number>> {
  return {
    env: 'PORT',
    schema: wholeNumber(defaultPort, 0, LARGEST_PORT),
    description: 'The port of HTTP and, on servers that hold sockets, of WebSocket.',
    shownDefault: String(defaultPort),
  };
}

/** How an app listens, and how long its HTTP connections may take. */
export const httpSettings = {
  host: {
    env: 'HOST',
    schema: z.string().default('0.0.0.0'),
    description: 'The address to listen on. By default every IPv4 address of the machine.',
    shownDefault: '0.0.0.0',
  },
  adminPort: {
    env: 'ADMIN_PORT',
    schema: z.union([z.undefined(), wholeNumber(0, 0, LARGEST_PORT)], {
      error: `must be a whole number from 0 to ${String(LARGEST_PORT)}`,
    }),
    description: 'The port of the metrics, apart from the one that the world can reach. Unset: they are on PORT.',
  },
  keepAliveMs: {
    env: 'HTTP_KEEP_ALIVE_MS',
    schema: wholeNumber(75_000, 1_000, 600_000),
    description:
      'How long an idle HTTP connection is kept. Longer than the 60 s of most load balancers, so that it is always the load balancer that closes.',
    unit: 'ms',
    shownDefault: '75000',
  },
  requestTimeoutMs: {
    env: 'HTTP_REQUEST_TIMEOUT_MS',
    schema: wholeNumber(30_000, 1_000, 600_000),
    description: 'How long a request may take to arrive, head and body together. Bounds what a slow or malicious sender can hold open.',
    unit: 'ms',
    shownDefault: '30000',
  },
} satisfies Record<string, Setting>;
