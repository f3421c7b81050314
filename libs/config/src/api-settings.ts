import { apiKeyList } from './api-keys';
import { wholeNumber } from './schemas';
import { type Setting } from './settings';

const KIBIBYTE = 1_024;
const SECOND_MS = 1_000;
const HOUR_MS = 3_600 * SECOND_MS;

/** What the HTTP API lets services do. */
export const apiSettings = {
  apiKeys: {
    env: 'API_KEYS',
    schema: apiKeyList,
    description:
      'The keys of services: name:secret:scope+scope, separated by commas. Scopes are send, read and admin; a secret is plain text or sha256- and the hex digits of its SHA-256.',
    isSecret: true,
  },
  dataBytes: {
    env: 'MAX_DATA_BYTES',
    schema: wholeNumber(64 * KIBIBYTE, 1, 512 * KIBIBYTE),
    description: 'The largest data of a message. At most half of the 1 MiB that brokers take for one event by default.',
    unit: 'bytes',
    shownDefault: '65536',
  },
  requestsPerSecond: {
    env: 'MAX_REQUESTS_PER_SECOND',
    schema: wholeNumber(0, 0, 1_000_000),
    unit: 'requests/s',
    shownDefault: '0',
    description:
      'How often each API key may call one process in a second, and 5 times as often at once; beyond it 429. A batch is one request. 0: no limit, and no RateLimit headers. Each process counts for itself: behind a load balancer a key may call as often as all of them allow.',
  },
  mostMemberships: {
    env: 'MAX_MEMBERSHIPS_PER_USER',
    schema: wholeNumber(100, 1, 10_000),
    description:
      'The most channels that a user may be a member of. Each connection of the user follows them all, besides those that its client asks for.',
    unit: 'channels',
    shownDefault: '100',
  },
  mostRouting: {
    env: 'MAX_ROUTING_MESSAGES',
    schema: wholeNumber(10_000, 1, 1_000_000),
    description:
      'How many accepted messages may be on their way to the bus at once; what is accepted beyond it gets no event, and is found by the reconcile rounds. Each holds its content in memory: 10,000 of 1 KiB are some 10 MiB.',
    unit: 'messages',
    shownDefault: '10000',
  },
  mostBatches: {
    env: 'MAX_BATCHES',
    schema: wholeNumber(8, 1, 1_000),
    description:
      'The most batches (POST /v1/messages/batch) that one process sends at once; further ones are refused with 503. Each may hold some 10 MiB in memory.',
    unit: 'batches',
    shownDefault: '8',
  },
  batchWindow: {
    env: 'BATCH_WINDOW',
    schema: wholeNumber(1_000, 1, 100_000),
    description:
      'How many messages of one batch may be under way; then reading it waits. With MAX_BATCHES times as many still below LOG_MAX_QUEUED_APPENDS, no line of a batch is refused as overloaded.',
    unit: 'messages',
    shownDefault: '1000',
  },
  ephemeralDefaultTtlMs: {
    env: 'EPHEMERAL_DEFAULT_TTL_MS',
    schema: wholeNumber(10 * SECOND_MS, SECOND_MS, HOUR_MS),
    description: 'For how long an ephemeral message is worth anything if it does not say so itself.',
    unit: 'ms',
    shownDefault: '10000',
  },
  ephemeralMaxTtlMs: {
    env: 'EPHEMERAL_MAX_TTL_MS',
    schema: wholeNumber(HOUR_MS, SECOND_MS, 24 * HOUR_MS),
    description: 'The longest that an ephemeral message waits for a slow client; longer wishes are cut.',
    unit: 'ms',
    shownDefault: '3600000',
  },
} satisfies Record<string, Setting>;
