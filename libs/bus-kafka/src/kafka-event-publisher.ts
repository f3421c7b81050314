import { Logger } from '@nestjs/common';
import { Partitioners, type Producer } from 'kafkajs';
import { EventPublisher, type EventTopic, type PublishedEvent } from '@switchboard/outbox';
import { KafkaClient } from './kafka-client';
import { prepareEventTopic } from './event-topics';

const ALL_REPLICAS = -1;
/** How long a broker may wait for its replicas. */
const ACKNOWLEDGE_TIMEOUT_MS = 5_000;

/** How events for other services reach Kafka. */
export interface KafkaEventPublisherOptions {
  readonly brokers: readonly string[];
  /** Of a topic that we create. */
  readonly publishedEventsPartitions: number;
  /** Copies of each partition of a topic that we create; 0: the broker's default. */
  readonly replicationFactor: number;
}

/** The topic of Kafka that holds the events of a kind. */
function kafkaTopicOf(topic: EventTopic): string {
  return `switchboard.${topic}`;
}

/**
 * Publishes events to topics of Kafka, keyed by user. It connects when there is something to publish, and anew after every failure: a producer of
 * kafkajs that has failed may lose what it sends next (see EventProducer).
 */
export class KafkaEventPublisher extends EventPublisher {
  private readonly logger = new Logger(KafkaEventPublisher.name);
  private session: { readonly client: KafkaClient; readonly producer: Producer; readonly prepared: Set<EventTopic> } | undefined;
  private isClosed = false;

  constructor(private readonly options: KafkaEventPublisherOptions) {
    super();
  }

  async publish(events: readonly PublishedEvent[]): Promise<void> {
    try {
      const { client, producer, prepared } = (this.session ??= await this.connect());
      const topics = [...new Set(events.map(({ topic }) => topic))];
      for (const topic of topics) {
        if (prepared.has(topic)) continue;
        await prepareEventTopic(client.kafka, { ...this.options, topic: kafkaTopicOf(topic) }, this.logger);
        prepared.add(topic);
      }
      await producer.sendBatch({
        acks: ALL_REPLICAS,
        timeout: ACKNOWLEDGE_TIMEOUT_MS,
        topicMessages: topics.map((topic) => ({
          topic: kafkaTopicOf(topic),
          messages: events.filter((event) => event.topic === topic).map(({ key, value }) => ({ key, value })),
        })),
      });
    } catch (error) {
      this.end();
      throw error;
    }
  }

  close(): Promise<void> {
    this.isClosed = true;
    this.end();
    return Promise.resolve();
  }

  private async connect(): Promise<NonNullable<typeof this.session>> {
    if (this.isClosed) throw new Error('the publisher is closed');
    const client = new KafkaClient(this.options.brokers);
    const producer = client.kafka.producer({
      allowAutoTopicCreation: false,
      idempotent: true,
      maxInFlightRequests: 1,
      // That of the Java client, so that others who write to a topic agree; named, or kafkajs warns that its default has changed.
      createPartitioner: Partitioners.DefaultPartitioner,
    });
    try {
      await producer.connect();
    } catch (error) {
      client.destroy();
      throw error;
    }
    return { client, producer, prepared: new Set() };
  }

  private end(): void {
    this.session?.client.destroy();
    this.session = undefined;
  }
}
