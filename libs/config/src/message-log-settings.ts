import { wholeNumber } from './schemas';
import { type Setting } from './settings';

const SECOND_MS = 1_000;
const HOUR_MS = 3_600 * SECOND_MS;
const DAY_MS = 24 * HOUR_MS;
const KIBIBYTE = 1_024;
const MEBIBYTE = 1_024 * KIBIBYTE;

/** How long messages are kept, and how the log is written and read. */
export const messageLogSettings = {
  defaultTtlMs: {
    env: 'MESSAGE_DEFAULT_TTL_MS',
    schema: wholeNumber(7 * DAY_MS, SECOND_MS, 30 * DAY_MS),
    description: 'How long a message is kept if it does not say so itself. 7 days.',
    unit: 'ms',
    shownDefault: '604800000',
  },
  maxTtlMs: {
    env: 'MESSAGE_MAX_TTL_MS',
    schema: wholeNumber(7 * DAY_MS, SECOND_MS, 30 * DAY_MS),
    description:
      'The longest that a message is kept; longer wishes are refused. 7 days. Each day is a partition, which costs every read some 5 µs.',
    unit: 'ms',
    shownDefault: '604800000',
  },
  pageRows: {
    env: 'LOG_PAGE_ROWS',
    schema: wholeNumber(200, 1, 5_000),
    description: 'The most messages of one page that a subscription catches up by.',
    unit: 'messages',
    shownDefault: '200',
  },
  pageBytes: {
    env: 'LOG_PAGE_BYTES',
    schema: wholeNumber(MEBIBYTE, 64 * KIBIBYTE, 16 * MEBIBYTE),
    description: 'The most bytes of content of one page; a page holds at least one message.',
    unit: 'bytes',
    shownDefault: '1048576',
  },
  readBatch: {
    env: 'LOG_READ_BATCH',
    schema: wholeNumber(64, 1, 1_000),
    description: 'The most pages that one statement reads.',
    unit: 'pages',
    shownDefault: '64',
  },
  readBytes: {
    env: 'LOG_READ_BYTES',
    schema: wholeNumber(8 * MEBIBYTE, 64 * KIBIBYTE, 256 * MEBIBYTE),
    description:
      'The most bytes of content that one statement reads; its pages share them evenly. Two statements may be in memory at once.',
    unit: 'bytes',
    shownDefault: '8388608',
  },
  readLingerMs: {
    env: 'LOG_READ_LINGER_MS',
    schema: wholeNumber(1, 0, 100),
    description: 'How long reads collect under traffic, to share a statement.',
    unit: 'ms',
    shownDefault: '1',
  },
  mostQueuedReads: {
    env: 'LOG_MAX_QUEUED_READS',
    schema: wholeNumber(100_000, 1, 1_000_000),
    description:
      'How many reads may wait for a statement; beyond it they fail as overloaded. Every connection has a few when all come back at once.',
    unit: 'reads',
    shownDefault: '100000',
  },
  appendBatch: {
    env: 'LOG_APPEND_BATCH',
    schema: wholeNumber(500, 1, 5_000),
    description: 'The most messages that one statement appends. Larger batches gain nothing and hold the locks of streams for longer.',
    unit: 'messages',
    shownDefault: '500',
  },
  appendLingerMs: {
    env: 'LOG_APPEND_LINGER_MS',
    schema: wholeNumber(4, 0, 100),
    description:
      'How long messages collect under traffic, to share a statement and its commit. One that comes alone is sent at once. Look-ups and events of one batch go together too, so this is the one place to wait: at 1,000 messages/s, 4 ms here and none later cost a quarter less CPU than 2 ms at each of the three.',
    unit: 'ms',
    shownDefault: '4',
  },
  mostQueuedAppends: {
    env: 'LOG_MAX_QUEUED_APPENDS',
    schema: wholeNumber(10_000, 1, 1_000_000),
    description: 'How many messages may wait to be appended; beyond it sends are refused with 503. 10,000 are well under a second of work.',
    unit: 'messages',
    shownDefault: '10000',
  },
  logUpkeepMs: {
    env: 'LOG_UPKEEP_MS',
    schema: wholeNumber(HOUR_MS, SECOND_MS, 12 * HOUR_MS),
    description:
      'How often partitions of coming days are made, expired ones dropped, and idempotency keys of more than 24 hours and idle devices forgotten, give or take a tenth.',
    unit: 'ms',
    shownDefault: '3600000',
  },
  mostDevices: {
    env: 'MAX_DEVICES_PER_USER',
    schema: wholeNumber(50, 1, 1_000),
    description:
      'How many devices of a user have a cursor. One more takes the place of that which was not seen for longest; should that come back, it begins as a new one.',
    unit: 'devices',
    shownDefault: '50',
  },
  deviceIdleMs: {
    env: 'DEVICE_IDLE_MS',
    schema: wholeNumber(90 * DAY_MS, DAY_MS, 3_650 * DAY_MS),
    description: 'A device that was not seen for so long is forgotten. 90 days.',
    unit: 'ms',
    shownDefault: '7776000000',
  },
} satisfies Record<string, Setting>;
