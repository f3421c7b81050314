import { z } from 'zod';
import { wholeNumber } from './schemas';
import { type SettingsDescription, type SettingsOf } from './settings';

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;

/** Leases, and who is connected where. */
export const registrySettings = {
  serverId: {
    env: 'SERVER_ID',
    schema: z
      .string()
      .regex(/^[A-Za-z0-9._:-]{1,64}$/, 'must be 1–64 of [A-Za-z0-9._:-]')
      .optional(),
    description: 'The name of this process, unique among those that run. Unset: the host name and some random letters.',
  },
  serverAddress: {
    env: 'SERVER_ADDRESS',
    schema: z.string().max(256, 'must be at most 256 characters').optional(),
    description: 'Where administrators find this process, as GET /v1/servers tells them. Nothing connects to it.',
  },
  leaseMs: {
    env: 'LEASE_MS',
    schema: wholeNumber(10 * SECOND_MS, 3 * SECOND_MS, 5 * MINUTE_MS),
    unit: 'ms',
    shownDefault: '10000',
    description: 'How long a lease lives without being renewed: a server that died is forgotten after it. It is renewed every third of it.',
  },
  leaseWaitMs: {
    env: 'LEASE_WAIT_MS',
    schema: wholeNumber(MINUTE_MS, 0, 60 * MINUTE_MS),
    unit: 'ms',
    shownDefault: '60000',
    description:
      'How long a starting server waits for a free slot and for the database before it gives up. Longer than a lease, so that it can follow a server that died.',
  },
  registrationTimeoutMs: {
    env: 'REGISTRATION_TIMEOUT_MS',
    schema: wholeNumber(5 * SECOND_MS, 100, MINUTE_MS),
    unit: 'ms',
    shownDefault: '5000',
    description:
      'How long a new connection waits for its row before it is sent elsewhere. Below the hello deadline, so that the client hears the reason.',
  },
  registryMaxBatch: {
    env: 'REGISTRY_MAX_BATCH',
    schema: wholeNumber(500, 1, 10_000),
    unit: 'rows',
    shownDefault: '500',
    description: 'The most rows that one statement registers or removes; from 500 on, larger batches gain nothing.',
  },
  registryLingerMs: {
    env: 'REGISTRY_LINGER_MS',
    schema: wholeNumber(5, 0, SECOND_MS),
    unit: 'ms',
    shownDefault: '5',
    description: 'Under traffic, the least time between two batches of registrations. A statement costs as much as some twenty rows.',
  },
  registryMaxPending: {
    env: 'REGISTRY_MAX_PENDING',
    schema: wholeNumber(100_000, 1_000, 10_000_000),
    unit: 'connections or channels',
    shownDefault: '100000',
    description:
      'The most connections, and the most channels, whose rows may wait to be written; while so many wait, new ones are refused.',
  },
  lookupMaxBatch: {
    env: 'LOOKUP_MAX_BATCH',
    schema: wholeNumber(256, 1, 10_000),
    unit: 'streams',
    shownDefault: '256',
    description: 'The most streams whose servers one statement looks up.',
  },
  lookupLingerMs: {
    env: 'LOOKUP_LINGER_MS',
    schema: wholeNumber(0, 0, SECOND_MS),
    unit: 'ms',
    shownDefault: '0',
    description: 'How long look-ups collect under traffic, at most. Those of one batch of messages share a statement anyway.',
  },
  lookupMaxQueued: {
    env: 'LOOKUP_MAX_QUEUED',
    schema: wholeNumber(50_000, 100, 10_000_000),
    unit: 'look-ups',
    shownDefault: '50000',
    description:
      'The most look-ups that may wait. Beyond it a message is found by the reconcile round of the servers concerned instead of by an event.',
  },
  mostAwaitedReplies: {
    env: 'MAX_AWAITED_REPLIES',
    schema: wholeNumber(10_000, 1, 1_000_000),
    unit: 'requests',
    shownDefault: '10000',
    description: 'The most requests of one process that may wait for answers of other servers at once; further ones are refused.',
  },
  registryCleanIntervalMs: {
    env: 'REGISTRY_CLEAN_INTERVAL_MS',
    schema: wholeNumber(MINUTE_MS, SECOND_MS, 24 * 60 * MINUTE_MS),
    unit: 'ms',
    shownDefault: '60000',
    description: 'About how often a server looks for rows that dead servers left. Such rows count for nothing; they only take room.',
  },
} as const satisfies SettingsDescription;

/** The values of `registrySettings`. */
export type RegistrySettings = SettingsOf<typeof registrySettings>;
