import { z } from 'zod';
import { commaSeparated, wholeNumber } from './schemas';
import { type SettingsDescription, type SettingsOf } from './settings';

const hostAndPort = /^[^\s:,]+:\d{1,5}$/;
const topicName = /^[A-Za-z0-9._-]{1,249}$/;
const mebibyte = 2 ** 20;

/** How the bus reaches Kafka and what it may hold; read only where BUS is `kafka`. */
export const kafkaSettings = {
  brokers: {
    env: 'KAFKA_BROKERS',
    schema: commaSeparated().pipe(
      z
        .array(z.string().regex(hostAndPort, 'must be host:port, separated by commas'))
        .min(1, 'must name at least one broker as host:port')
        .readonly(),
    ),
    description: 'Brokers to begin with, as host:port, separated by commas; the others are learned from them. Name two or three.',
  },
  topic: {
    env: 'KAFKA_TOPIC',
    schema: z.string().regex(topicName, 'must be a name of a Kafka topic').default('switchboard.deliver'),
    description: 'The topic that carries events to servers. It is created at start where that is allowed.',
    shownDefault: 'switchboard.deliver',
  },
  slots: {
    env: 'KAFKA_SLOTS',
    schema: wholeNumber(64, 1, 10_000),
    description:
      'Most gateways and API processes that run at the same time: a topic that we create gets this many partitions and one more, for everybody. An existing topic keeps the partitions it has.',
    shownDefault: '64',
  },
  replicationFactor: {
    env: 'KAFKA_REPLICATION_FACTOR',
    schema: wholeNumber(0, 0, 100),
    description: "Copies of each partition of a topic that we create; 0 leaves it to the broker's default.replication.factor.",
    shownDefault: '0',
  },
  lingerMs: {
    env: 'KAFKA_LINGER_MS',
    schema: wholeNumber(0, 0, 100),
    unit: 'ms',
    description:
      'Least time between two requests to one broker, so that under traffic events share a request; an event that comes after a pause never waits. Each request costs broker and client about as much as a hundred events.',
    shownDefault: '0',
  },
  maxBatchBytes: {
    env: 'KAFKA_BATCH_BYTES',
    schema: wholeNumber(900_000, 1024, 100 * mebibyte),
    unit: 'bytes',
    description:
      "Most events in one request, and so the largest event. Keep it below the broker's message.max.bytes, which is 1048588 unless it was changed.",
    shownDefault: '900000',
  },
  maxQueuedBytes: {
    env: 'KAFKA_QUEUE_BYTES',
    schema: wholeNumber(64 * mebibyte, mebibyte, 4096 * mebibyte),
    unit: 'bytes',
    description:
      'Most memory for events that wait for Kafka, counting 256 bytes for each besides its own. Beyond it events are refused; the log brings them to their sockets a little later.',
    shownDefault: '67108864',
  },
  publishDeadlineMs: {
    env: 'KAFKA_PUBLISH_DEADLINE_MS',
    schema: wholeNumber(5000, 100, 60_000),
    unit: 'ms',
    description:
      'How long an event may wait for Kafka before it is given up. The default is one reconcile round: by then the gateways have found the message in the log themselves.',
    shownDefault: '5000',
  },
  connectDeadlineMs: {
    env: 'KAFKA_CONNECT_DEADLINE_MS',
    schema: wholeNumber(15_000, 100, 600_000),
    unit: 'ms',
    description: 'How long connecting, and finding the end of a partition, may take before it counts as failed.',
    shownDefault: '15000',
  },
  closeDeadlineMs: {
    env: 'KAFKA_CLOSE_DEADLINE_MS',
    schema: wholeNumber(2000, 0, 60_000),
    unit: 'ms',
    description: 'How long a process that ends still tries to hand its queued events to Kafka.',
    shownDefault: '2000',
  },
} satisfies SettingsDescription;

/** The values of the Kafka settings. */
export type KafkaSettings = SettingsOf<typeof kafkaSettings>;
