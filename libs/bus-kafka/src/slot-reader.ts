import { type Logger } from '@nestjs/common';
import { BusError, type BusErrorListener, type EventHandler, type FollowedSlot } from '@switchboard/bus';
import { KafkaJSProtocolError, type Cluster } from 'kafkajs';
import { setTimeout as sleep } from 'node:timers/promises';
import { backoffMs } from './backoff';
import { KafkaClient } from './kafka-client';
import { clusterOf, type FetchResponse } from './kafkajs-internals';

const READ_UNCOMMITTED = 0;
/**
 * How long a broker holds a request while there is nothing to give. No bound on latency, since it answers at the first byte: it bounds how
 * soon a dead connection shows, and costs two requests a second.
 */
const LONG_POLL_MS = 500;
const MAX_BATCH_BYTES = 2 ** 20;

/** What a reader reads, and whom it tells. */
export interface SlotReaderOptions {
  readonly brokers: readonly string[];
  readonly topic: string;
  readonly slot: number;
  readonly handler: EventHandler;
  readonly onError: BusErrorListener;
  readonly logger: Logger;
}

/**
 * Reads one partition without a consumer group: nobody else's coming or going touches it, and there is no offset to keep, since a server
 * begins at the end. It has its own connections: a broker answers the requests of one connection in turn, so behind another reader's
 * long poll it would wait for half a second.
 *
 * States: positioning (until `start` resolves) → fetching ⇄ handling; after a failure → recovering → fetching; `stop` ends each of them.
 */
export class SlotReader implements FollowedSlot {
  private readonly client: KafkaClient;
  private readonly cluster: Cluster;
  private readonly stopping = new AbortController();
  /** The offset of the next event. */
  private position = 0;
  /** Failures in a row. */
  private failures = 0;
  private loop: Promise<void> = Promise.resolve();

  constructor(private readonly options: SlotReaderOptions) {
    this.client = new KafkaClient(options.brokers);
    this.cluster = clusterOf(this.client.kafka);
  }

  /**
   * Captures the end of the partition, trying again until the deadline, and begins to read behind it.
   * @throws BusError
   */
  async start(deadlineMs: number): Promise<void> {
    const untilMs = performance.now() + deadlineMs;
    const timer = setTimeout(() => {
      this.client.destroy();
    }, deadlineMs);
    try {
      await this.findEnd(untilMs);
    } catch (error) {
      this.client.destroy();
      throw error;
    } finally {
      clearTimeout(timer);
    }
    this.loop = this.run();
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    this.client.destroy();
    await this.loop;
  }

  private isStopped(): boolean {
    return this.stopping.signal.aborted;
  }

  private async findEnd(untilMs: number): Promise<void> {
    const { topic, slot } = this.options;
    for (let attempt = 1; ; attempt += 1) {
      try {
        await this.cluster.connect();
        await this.cluster.addTargetTopic(topic);
        this.leader();
        this.position = await this.offset('end');
        return;
      } catch (error) {
        if (error instanceof BusError) throw error;
        if (performance.now() >= untilMs) {
          throw new BusError('bus_unavailable', `the end of slot ${String(slot)} could not be found: ${String(error)}`, { cause: error });
        }
        await sleep(backoffMs(attempt));
      }
    }
  }

  private async run(): Promise<void> {
    while (!this.isStopped()) {
      try {
        const events = await this.fetch();
        if (this.failures > 0) this.options.logger.log(`Slot ${String(this.options.slot)} is read again`);
        this.failures = 0;
        if (events.length > 0 && !this.isStopped()) await this.handle(events);
      } catch (error) {
        if (!this.isStopped()) await this.recover(error);
      }
    }
  }

  private async fetch(): Promise<Buffer[]> {
    const { topic, slot: partition } = this.options;
    const broker = await this.cluster.findBroker({ nodeId: this.leader() });
    const response = (await broker.fetch({
      maxWaitTime: LONG_POLL_MS,
      minBytes: 1,
      maxBytes: MAX_BATCH_BYTES,
      isolationLevel: READ_UNCOMMITTED,
      topics: [{ topic, partitions: [{ partition, fetchOffset: String(this.position), maxBytes: MAX_BATCH_BYTES }] }],
      rackId: '',
    })) as FetchResponse;
    const events: Buffer[] = [];
    for (const { messages } of response.responses.flatMap(({ partitions }) => partitions)) {
      const fetchedAt = this.position;
      for (const { offset, value, isControlRecord } of messages) {
        if (Number(offset) < this.position) continue; // a broker gives whole batches, also what is before the wanted offset
        this.position = Number(offset) + 1;
        if (value !== null && !isControlRecord) events.push(value);
      }
      if (messages.length > 0 && this.position === fetchedAt) this.position += 1; // nothing but what is before: the wanted one is gone
    }
    return events;
  }

  private async handle(events: readonly Buffer[]): Promise<void> {
    try {
      await this.options.handler(events);
    } catch (error) {
      this.options.logger.error(`The handler of slot ${String(this.options.slot)} failed; its batch is given up`, error);
      this.options.onError(error);
    }
  }

  private async recover(error: unknown): Promise<void> {
    const { slot, logger, onError } = this.options;
    this.failures += 1;
    if (this.failures === 1) logger.warn(`Slot ${String(slot)} cannot be read, trying again: ${String(error)}`);
    onError(error);
    try {
      // Retention has overtaken us; the log heals what was lost in between.
      if (error instanceof KafkaJSProtocolError && error.type === 'OFFSET_OUT_OF_RANGE') this.position = await this.offset('beginning');
      else {
        await sleep(backoffMs(this.failures), undefined, { signal: this.stopping.signal });
        if (!this.cluster.isConnected()) await this.cluster.connect();
        await this.cluster.refreshMetadata();
      }
    } catch (failure) {
      if (!this.isStopped()) onError(failure);
    }
  }

  /** @throws BusError if there is no such partition */
  private leader(): string {
    const { topic, slot } = this.options;
    const partition = this.cluster.findTopicPartitionMetadata(topic).find(({ partitionId }) => partitionId === slot);
    if (partition === undefined) throw new BusError('bus_unknown_slot', `topic ${topic} has no partition for slot ${String(slot)}`);
    return String(partition.leader);
  }

  private async offset(of: 'beginning' | 'end'): Promise<number> {
    const { topic, slot } = this.options;
    const [found] = await this.cluster.fetchTopicsOffset([{ topic, partitions: [{ partition: slot }], fromBeginning: of === 'beginning' }]);
    const offset = Number(found?.partitions[0]?.offset);
    if (!Number.isSafeInteger(offset)) throw new Error(`Kafka named no offset for slot ${String(slot)}`);
    return offset;
  }
}
