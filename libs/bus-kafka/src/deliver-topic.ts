import { type Logger } from '@nestjs/common';
import { KafkaJSAggregateError, KafkaJSProtocolError, type Admin, type ITopicConfig, type Kafka } from 'kafkajs';
import { setTimeout as sleep } from 'node:timers/promises';

/** Events are worthless after seconds; an hour lets an operator look at them and keeps the disks small. */
const RETENTION_MS = 3_600_000;
const POLL_MS = 50;

/** The topic that carries events: partition 0 is everybody's, partition n belongs to slot n. */
export interface DeliverTopic {
  readonly topic: string;
  /** Slots to create it for. */
  readonly slots: number;
  /** 0: the broker's default. */
  readonly replicationFactor: number;
}

/**
 * Creates the topic if it does not exist and that is allowed; resolves to the number of its partitions. A topic that exists stays as it is.
 * @throws Error if the topic neither exists nor may be created, or Kafka does not answer
 */
export async function prepareTopic(kafka: Kafka, topic: DeliverTopic, logger: Logger): Promise<number> {
  const admin = kafka.admin();
  await admin.connect();
  try {
    const existing = await partitionCount(admin, topic.topic);
    if (existing > 0) return warnIfSmall(existing, topic, logger);
    await create(admin, topic);
    for (;;) {
      const count = await partitionCount(admin, topic.topic);
      if (count > 0) return warnIfSmall(count, topic, logger);
      await sleep(POLL_MS);
    }
  } finally {
    await admin.disconnect();
  }
}

async function partitionCount(admin: Admin, topic: string): Promise<number> {
  try {
    const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
    return topics[0]?.partitions.length ?? 0;
  } catch (error) {
    if (isProtocolError(error, 'UNKNOWN_TOPIC_OR_PARTITION') || isProtocolError(error, 'LEADER_NOT_AVAILABLE')) return 0;
    throw error;
  }
}

async function create(admin: Admin, { topic, slots, replicationFactor }: DeliverTopic): Promise<void> {
  const config: ITopicConfig = {
    topic,
    numPartitions: slots + 1,
    replicationFactor: replicationFactor === 0 ? -1 : replicationFactor,
    configEntries: [{ name: 'retention.ms', value: String(RETENTION_MS) }],
  };
  try {
    await admin.createTopics({ topics: [config], waitForLeaders: false });
  } catch (error) {
    const command = `kafka-topics.sh --create --topic ${topic} --partitions ${String(slots + 1)}`;
    throw new Error(`topic ${topic} does not exist and could not be created (${reasonOf(error)}); create it with: ${command}`, {
      cause: error,
    });
  }
}

function warnIfSmall(partitions: number, { topic, slots }: DeliverTopic, logger: Logger): number {
  if (partitions < slots + 1) {
    logger.warn(
      `Topic ${topic} has ${String(partitions)} partitions: room for ${String(partitions - 1)} servers instead of ${String(slots)}. Add partitions to raise that; nothing has to move.`,
    );
  }
  return partitions;
}

function reasonOf(error: unknown): string {
  if (error instanceof KafkaJSAggregateError) return error.errors.map(reasonOf).join('; ');
  return error instanceof Error ? error.message : String(error);
}

function isProtocolError(error: unknown, type: string): boolean {
  return error instanceof KafkaJSProtocolError && error.type === type;
}
