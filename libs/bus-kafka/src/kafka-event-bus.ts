import { Logger } from '@nestjs/common';
import { BusError, EventBus, settlesWithin, type BusErrorListener, type EventHandler, type FollowedSlot } from '@switchboard/bus';
import { type KafkaSettings } from '@switchboard/config';
import { setTimeout as sleep } from 'node:timers/promises';
import { backoffMs } from './backoff';
import { prepareTopic } from './deliver-topic';
import { EventBatcher } from './event-batcher';
import { EventProducer } from './event-producer';
import { KafkaClient } from './kafka-client';
import { SlotReader } from './slot-reader';

/** Beyond some 500 events a batch costs no less per event, and kafkajs copies in proportion to the square of it. */
const MAX_BATCH_EVENTS = 500;

/** The Kafka settings, and whom to tell of failures that the bus survives. */
export interface KafkaBusOptions extends KafkaSettings {
  readonly onError?: BusErrorListener;
}

/**
 * Events through one Kafka topic: partition n is slot n, so a publisher names the reader, and a server that joins or leaves moves nothing.
 *
 * Limits: an event of `maxBatchBytes`, `maxQueuedBytes` in the queue, one request in flight for each leading broker. Kafka being away fails
 * publishing after `publishDeadlineMs`, and reading goes on where it was when it is back.
 */
export class KafkaEventBus extends EventBus {
  private readonly logger = new Logger(KafkaEventBus.name);
  private readonly producer: EventProducer;
  private readonly batcher: EventBatcher;
  private readonly readers = new Set<SlotReader>();
  private leaders: ReadonlyMap<number, number> = new Map();
  private partitions = 0;
  private isConnected = false;

  constructor(private readonly options: KafkaBusOptions) {
    super();
    const { brokers, topic, lingerMs, maxBatchBytes, maxQueuedBytes, publishDeadlineMs } = options;
    this.producer = new EventProducer(
      brokers,
      topic,
      (partitions) => {
        this.partitions = Math.max(this.partitions, partitions.length);
        this.leaders = new Map(partitions.map(({ partitionId, leader }) => [partitionId, leader]));
      },
      (error) => {
        this.report(error);
      },
    );
    this.batcher = new EventBatcher({
      lingerMs,
      maxBatchBytes,
      maxBatchEvents: MAX_BATCH_EVENTS,
      maxQueuedBytes,
      deadlineMs: publishDeadlineMs,
      laneOf: (slot) => this.leaders.get(slot) ?? -1,
      send: (events, untilMs) => this.producer.send(events, untilMs),
    });
  }

  /** Partitions of the topic less everybody's; grows when partitions are added. */
  get slots(): number {
    return Math.max(this.partitions - 1, 0);
  }

  async connect(): Promise<void> {
    const { brokers, topic, connectDeadlineMs } = this.options;
    const untilMs = performance.now() + connectDeadlineMs;
    const client = new KafkaClient(brokers);
    const timer = setTimeout(() => {
      client.destroy();
      this.producer.disconnect();
    }, connectDeadlineMs);
    let lastError: unknown;
    try {
      for (let attempt = 1; !this.isConnected; attempt += 1) {
        try {
          this.partitions = await prepareTopic(client.kafka, this.options, this.logger);
          await this.producer.connect();
          this.isConnected = true;
        } catch (error) {
          this.report(error);
          if (performance.now() >= untilMs) {
            const cause = lastError ?? error; // what fails at the deadline fails because the deadline ended it
            throw new BusError('bus_unavailable', `Kafka at ${brokers.join(', ')} cannot be used: ${String(cause)}`, { cause });
          }
          lastError = error;
          if (attempt === 1) this.logger.warn(`Kafka cannot be used yet, trying again: ${String(error)}`);
          await sleep(backoffMs(attempt));
        }
      }
    } finally {
      clearTimeout(timer);
      client.destroy();
    }
    this.logger.log(`Events travel through topic ${topic} with ${String(this.slots)} slots`);
  }

  async publish(slot: number, event: Buffer): Promise<void> {
    if (!this.isConnected) throw new BusError('bus_unavailable', 'the bus is not connected');
    if (!Number.isInteger(slot) || slot < 0) throw new BusError('bus_unknown_slot', `there is no slot ${String(slot)}`);
    await this.batcher.add(slot, event);
  }

  async follow(slot: number, handler: EventHandler): Promise<FollowedSlot> {
    if (!this.isConnected) throw new BusError('bus_unavailable', 'the bus is not connected');
    const { brokers, topic, connectDeadlineMs } = this.options;
    const reader = new SlotReader({
      brokers,
      topic,
      slot,
      handler,
      logger: this.logger,
      onError: (error) => {
        this.report(error);
      },
    });
    this.readers.add(reader);
    try {
      await reader.start(connectDeadlineMs);
    } catch (error) {
      this.readers.delete(reader);
      throw error;
    }
    return {
      stop: async () => {
        await reader.stop();
        this.readers.delete(reader);
      },
    };
  }

  async close(): Promise<void> {
    const { closeDeadlineMs } = this.options;
    this.isConnected = false;
    const stopped = Promise.all([...this.readers].map((reader) => reader.stop()));
    this.readers.clear();
    await Promise.all([settlesWithin(stopped, closeDeadlineMs), this.batcher.close(closeDeadlineMs)]);
    this.producer.close();
  }

  private report(error: unknown): void {
    this.options.onError?.(error);
  }
}
