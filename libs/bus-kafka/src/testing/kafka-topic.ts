import { kafkaBrokers } from '@switchboard/testing';
import { randomBytes } from 'node:crypto';
import { type Admin, Kafka, logLevel } from 'kafkajs';
import { KafkaEventBus, type KafkaBusOptions } from '../kafka-event-bus';

/** A topic that belongs to one test, with the buses on it. */
export class KafkaTopic {
  readonly topic = `switchboard.test.${randomBytes(6).toString('hex')}`;
  private readonly buses: KafkaEventBus[] = [];

  constructor(private readonly brokers: readonly string[] = kafkaBrokers()) {}

  /** A bus on this topic, not connected yet; closed by `remove`. */
  bus(options: Partial<KafkaBusOptions> = {}): KafkaEventBus {
    const bus = new KafkaEventBus({
      brokers: this.brokers,
      topic: this.topic,
      slots: 4,
      replicationFactor: 0,
      lingerMs: 2,
      maxBatchBytes: 900_000,
      maxQueuedBytes: 64 * 2 ** 20,
      publishDeadlineMs: 10_000,
      connectDeadlineMs: 15_000,
      closeDeadlineMs: 2000,
      ...options,
    });
    this.buses.push(bus);
    return bus;
  }

  /** The same, connected. */
  async connect(options: Partial<KafkaBusOptions> = {}): Promise<KafkaEventBus> {
    const bus = this.bus(options);
    await bus.connect();
    return bus;
  }

  /** Does something as an administrator of the cluster. */
  async administer<Result>(action: (admin: Admin) => Promise<Result>): Promise<Result> {
    const admin = new Kafka({ brokers: [...this.brokers], logLevel: logLevel.NOTHING }).admin();
    await admin.connect();
    try {
      return await action(admin);
    } finally {
      await admin.disconnect();
    }
  }

  /** Adds partitions up to `count`, and waits until the broker tells of them. */
  async addPartitions(count: number): Promise<void> {
    await this.administer(async (admin) => {
      await admin.createPartitions({ topicPartitions: [{ topic: this.topic, count }] });
      let known = 0;
      while (known < count) known = (await admin.fetchTopicMetadata({ topics: [this.topic] })).topics[0]?.partitions.length ?? 0;
    });
  }

  /** Closes the buses and deletes the topic, if it was created. */
  async remove(): Promise<void> {
    await Promise.all(this.buses.map((bus) => bus.close()));
    await this.administer(async (admin) => {
      const topics = await admin.listTopics();
      if (topics.includes(this.topic)) await admin.deleteTopics({ topics: [this.topic] });
    });
  }
}
