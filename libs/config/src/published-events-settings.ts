import { z } from 'zod';
import { commaSeparated, wholeNumber } from './schemas';
import { type SettingsDescription, type SettingsOf } from './settings';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const TOPICS = ['lifecycle', 'receipts', 'none'] as const;

/** What other services are told of, through topics of the broker. */
export const publishedEventsSettings = {
  publishedEvents: {
    env: 'PUBLISHED_EVENTS',
    schema: commaSeparated().pipe(
      z
        .array(z.enum(TOPICS, { error: `must be ${TOPICS.join(', ')}` }))
        .refine((topics) => !topics.includes('none') || topics.length === 1, 'cannot be none and something')
        .transform((topics) => (topics.length === 0 ? (['lifecycle', 'receipts'] as const) : topics.filter((topic) => topic !== 'none'))),
    ),
    description:
      'What is published for other services: lifecycle (connections that come and go), receipts (messages to users that are acknowledged, or expire before they are), or none. The same for every process of one installation.',
    shownDefault: 'lifecycle,receipts',
  },
  publishedEventsLongestMs: {
    env: 'PUBLISHED_EVENTS_LONGEST_MS',
    schema: wholeNumber(24 * HOUR_MS, MINUTE_MS, 30 * 24 * HOUR_MS),
    description: 'How long such an event waits in the database for a broker that is away, before it is given up. 24 hours.',
    unit: 'ms',
    shownDefault: '86400000',
  },
  publishedEventsPartitions: {
    env: 'PUBLISHED_EVENTS_PARTITIONS',
    schema: wholeNumber(12, 1, 1_000),
    description: 'Partitions of the topics switchboard.lifecycle and switchboard.receipts, where we create them.',
    unit: 'partitions',
    shownDefault: '12',
  },
} satisfies SettingsDescription;

/** The values of `publishedEventsSettings`. */
export type PublishedEventsSettings = SettingsOf<typeof publishedEventsSettings>;
