import { BusError, type BusErrorListener } from '@switchboard/bus';
import { KafkaJSError, KafkaJSProtocolError, type PartitionMetadata, type Producer } from 'kafkajs';
import { setTimeout as sleep } from 'node:timers/promises';
import { backoffMs } from './backoff';
import { type SlotEvent } from './event-batcher';
import { KafkaClient } from './kafka-client';

const ALL_REPLICAS = -1;
/** How long a broker may wait for its replicas. */
const ACKNOWLEDGE_TIMEOUT_MS = 5000;
/** Bounds how late a process learns of a partition's new leader, or of a new partition, without an error. */
const METADATA_MAX_AGE_MS = 10_000;
/** Least time between two looks for slots that the producer does not know: publishing to one that does not exist must stay cheap. */
const LOOK_AGAIN_MS = 1000;

/** A kafkajs producer, and whether anything still needs it. */
interface Session {
  readonly client: KafkaClient;
  readonly producer: Producer;
  inFlight: number;
  isRetired: boolean;
}

/** What the producer tells of the topic, whenever it has learned it anew. */
export type PartitionsListener = (partitions: readonly PartitionMetadata[]) => void;

/**
 * Sends batches through kafkajs' idempotent producer, and makes good what it gets wrong:
 * - it resolves without an error for partitions that it does not know; we look again with fresh metadata, once, and then say so;
 * - after a failed send it takes back the sequence numbers, though brokers may have stored the events under them, and would take the
 *   next ones for repeats and drop them; so a producer that has failed is replaced;
 * - its retries cannot be ended; so they are few, and the loop around them is ours.
 */
export class EventProducer {
  private session: Promise<Session> | undefined;
  private readonly sessions = new Set<Session>();
  private isClosed = false;
  private lookedAtMs = -Infinity;
  private known: readonly PartitionMetadata[] | undefined;

  constructor(
    private readonly brokers: readonly string[],
    private readonly topic: string,
    private readonly onPartitions: PartitionsListener,
    private readonly onError: BusErrorListener,
  ) {}

  /** Connects, so that the first event need not wait for it. @throws KafkaJSError */
  async connect(): Promise<void> {
    await this.current();
  }

  /**
   * Sends a batch, trying again until `untilMs` (of performance.now()). Resolves to the slots whose events were stored on all replicas; the
   * others do not exist.
   * @throws BusError if it gives up; events may have been stored all the same
   */
  async send(events: readonly SlotEvent[], untilMs: number): Promise<ReadonlySet<number>> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.sendToKnown(events);
      } catch (error) {
        this.onError(error);
        const isHopeless = attempt > 1 && isRefusal(error);
        if (this.isClosed || isHopeless || performance.now() >= untilMs) {
          throw new BusError('bus_unavailable', `Kafka did not take the event: ${messageOf(error)}`, { cause: error });
        }
        await sleep(Math.min(backoffMs(attempt), Math.max(untilMs - performance.now(), 0)));
      }
    }
  }

  /** Ends all connections at once; what is being sent fails, and is not tried again. */
  close(): void {
    this.isClosed = true;
    this.disconnect();
  }

  /** Ends all connections at once; the next batch opens new ones. */
  disconnect(): void {
    for (const { client } of this.sessions) client.destroy();
  }

  private async sendToKnown(events: readonly SlotEvent[]): Promise<ReadonlySet<number>> {
    const session = await this.current();
    const taken = await this.sendOnce(session, events);
    const missing = events.filter(({ slot }) => !taken.has(slot));
    if (missing.length === 0 || performance.now() - this.lookedAtMs < LOOK_AGAIN_MS) return taken;
    this.lookedAtMs = performance.now();
    this.retire(session);
    const takenAfterAll = await this.sendOnce(await this.current(), missing);
    return new Set([...taken, ...takenAfterAll]);
  }

  private async sendOnce(session: Session, events: readonly SlotEvent[]): Promise<ReadonlySet<number>> {
    session.inFlight += 1;
    try {
      const results = await session.producer.send({
        topic: this.topic,
        acks: ALL_REPLICAS,
        timeout: ACKNOWLEDGE_TIMEOUT_MS,
        messages: events.map(({ slot, bytes }) => ({ partition: slot, value: bytes })),
      });
      return new Set(results.map(({ partition }) => partition));
    } catch (error) {
      this.retire(session);
      throw error;
    } finally {
      session.inFlight -= 1;
      this.endIfUnused(session);
    }
  }

  private current(): Promise<Session> {
    this.session ??= this.start().catch((error: unknown) => {
      this.session = undefined;
      throw error;
    });
    return this.session;
  }

  private async start(): Promise<Session> {
    const client = new KafkaClient(this.brokers);
    const producer = client.kafka.producer({
      allowAutoTopicCreation: false,
      idempotent: true,
      maxInFlightRequests: 1,
      metadataMaxAge: METADATA_MAX_AGE_MS,
      createPartitioner:
        () =>
        ({ message, partitionMetadata }) => {
          this.learn(partitionMetadata);
          return message.partition ?? 0;
        },
    });
    const session: Session = { client, producer, inFlight: 0, isRetired: false };
    this.sessions.add(session);
    try {
      if (this.isClosed) throw new BusError('bus_unavailable', 'the bus is closed');
      await producer.connect();
      return session;
    } catch (error) {
      this.retire(session);
      throw error;
    }
  }

  private learn(partitions: readonly PartitionMetadata[]): void {
    if (partitions === this.known) return; // the same array until kafkajs asks again
    this.known = partitions;
    this.onPartitions(partitions);
  }

  private retire(session: Session): void {
    if (!session.isRetired) this.session = undefined;
    session.isRetired = true;
    this.endIfUnused(session);
  }

  private endIfUnused(session: Session): void {
    if (!session.isRetired || session.inFlight > 0) return;
    session.client.destroy();
    this.sessions.delete(session);
  }
}

/** Whether a broker has answered that it will not take the events, however often they are sent. */
function isRefusal(error: unknown): boolean {
  const root = error instanceof KafkaJSError && error.cause !== undefined ? error.cause : error;
  return root instanceof KafkaJSProtocolError && !root.retriable;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
