import { type Logger } from '@nestjs/common';
import { type Kafka } from 'kafkajs';
import { setTimeout as sleep } from 'node:timers/promises';

/** A topic that other services read. */
export interface PublishedTopic {
  readonly topic: string;
  readonly publishedEventsPartitions: number;
  /** 0: the broker's default. */
  readonly replicationFactor: number;
}

const POLLS = 100;
const POLL_MS = 50;

/**
 * Creates the topic if it does not exist; one that exists stays as it is, and how long it keeps its events is the broker's default.
 * @throws Error if it neither exists nor can be created
 */
export async function prepareEventTopic(
  kafka: Kafka,
  { topic, publishedEventsPartitions, replicationFactor }: PublishedTopic,
  logger: Logger,
): Promise<void> {
  const admin = kafka.admin();
  await admin.connect();
  try {
    if ((await admin.listTopics()).includes(topic)) return;
    const config = { topic, numPartitions: publishedEventsPartitions, replicationFactor: replicationFactor === 0 ? -1 : replicationFactor };
    const isNew = await admin.createTopics({ topics: [config], waitForLeaders: false });
    if (isNew) logger.log(`Created the topic ${topic}`);
    for (let poll = 0; poll < POLLS && !(await isLed(admin, topic)); poll += 1) await sleep(POLL_MS);
  } finally {
    await admin.disconnect();
  }
}

async function isLed(admin: ReturnType<Kafka['admin']>, topic: string): Promise<boolean> {
  try {
    const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
    return (topics[0]?.partitions ?? []).every(({ leader }) => leader >= 0) && topics.length > 0;
  } catch {
    return false; // Not known everywhere yet; whoever sends tries again.
  }
}
