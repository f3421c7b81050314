import { z } from 'zod';
import { wholeNumber } from './schemas';
import { type Setting } from './settings';

/** Where PostgreSQL is. */
export const postgresUrl = z.string({ error: 'must be set' }).regex(/^postgres(ql)?:\/\//, 'must begin with postgres:// or postgresql://');

/** How a process reaches PostgreSQL. */
export const databaseSettings = {
  url: {
    env: 'DATABASE_URL',
    schema: postgresUrl,
    description: 'The primary of PostgreSQL 15 or later. A pooler in between must pool sessions.',
    isSecret: true,
  },
  poolSize: {
    env: 'DATABASE_POOL_SIZE',
    schema: wholeNumber(5, 2, 100),
    description: 'The most connections for administration and rare queries. Migrating needs 2.',
    unit: 'connections',
    shownDefault: '5',
  },
  logConnections: {
    env: 'DATABASE_LOG_CONNECTIONS',
    schema: wholeNumber(6, 1, 100),
    description:
      'The most connections for the log of messages: 2 append, 2 read, the rest find where streams begin and end. More gain nothing.',
    unit: 'connections',
    shownDefault: '6',
  },
  registryConnections: {
    env: 'DATABASE_REGISTRY_CONNECTIONS',
    schema: wholeNumber(4, 1, 100),
    description: 'The most connections for the registry of servers and sockets.',
    unit: 'connections',
    shownDefault: '4',
  },
  connectTimeoutMs: {
    env: 'DATABASE_CONNECT_TIMEOUT_MS',
    schema: wholeNumber(3_000, 100, 60_000),
    description: 'How long a statement waits for a connection before it fails.',
    unit: 'ms',
    shownDefault: '3000',
  },
  statementTimeoutMs: {
    env: 'DATABASE_STATEMENT_TIMEOUT_MS',
    schema: wholeNumber(5_000, 100, 60_000),
    description:
      'How long the server works on a statement before it cancels it. Usual ones take milliseconds; a migration may take as long as it needs.',
    unit: 'ms',
    shownDefault: '5000',
  },
} satisfies Record<string, Setting>;
