import { z } from 'zod';
import { postgresUrl } from './database-settings';
import { logLevel, loggingSettings } from './logging-settings';
import { type Setting } from './settings';

/** What the standalone app is told besides the settings of gateway and API. */
export const standaloneSettings = {
  host: {
    env: 'HOST',
    schema: z.string().default('127.0.0.1'),
    description:
      'The address to listen on. The default lets only this machine in, since development keys and the demo page are open to whoever can connect.',
    shownDefault: '127.0.0.1',
  },
  dataDir: {
    env: 'DATA_DIR',
    schema: z.string().optional(),
    description: 'The folder of the embedded PostgreSQL and of the development keys. Unset: .switchboard in the checkout.',
  },
  url: {
    env: 'DATABASE_URL',
    schema: postgresUrl.optional(),
    description: 'A PostgreSQL of your own; unset: the embedded one, in DATA_DIR.',
    isSecret: true,
  },
  logLevel: {
    ...loggingSettings.logLevel,
    schema: logLevel('warn'),
    description: 'As of the other apps, but quieter: what one is to see at the start is what to try next.',
    shownDefault: 'warn',
  },
  bus: {
    env: 'BUS',
    schema: z.enum(['in-process'], { error: 'must be in-process: standalone is one process without a broker' }).default('in-process'),
    description: 'Standalone is one process, and needs no broker.',
    shownDefault: 'in-process',
  },
} satisfies Record<string, Setting>;
