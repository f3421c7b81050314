import { createRequire } from 'node:module';
import { type Cluster, type Kafka } from 'kafkajs';

/*
 * All that is used of kafkajs beyond its documentation, as it is in version 2.2.4, which package.json pins. The integration tests of this
 * folder fail if it moves.
 */

/** A record as `broker.fetch` gives it. */
export interface FetchedRecord {
  readonly offset: string;
  /** null: a tombstone, which we never write. */
  readonly value: Buffer | null;
  readonly isControlRecord: boolean;
}

/** What `broker.fetch` gives for one partition; an error of the partition is thrown instead. */
export interface FetchedPartition {
  readonly partition: number;
  readonly messages: readonly FetchedRecord[];
}

/** What `broker.fetch` resolves to. */
export interface FetchResponse {
  readonly responses: readonly { readonly topicName: string; readonly partitions: readonly FetchedPartition[] }[];
}

interface RequestQueue {
  pending: readonly unknown[];
  throttledUntil: number;
  throttleCheckTimeoutId: NodeJS.Timeout | null;
  scheduleCheckPendingRequests(): void;
  checkPendingRequests(): void;
}

const PENDING_CHECK_INTERVAL_MS = 10;

/**
 * A cluster of its own, with its own connections, that belongs to no consumer. kafkajs gives its cluster to partition assigners only, and
 * those are made at once and asked for nothing until a consumer runs: this one never does.
 * @throws Error if this kafkajs does not do so
 */
export function clusterOf(kafka: Kafka): Cluster {
  let found: Cluster | undefined;
  kafka.consumer({
    groupId: 'never-joined',
    allowAutoTopicCreation: false,
    readUncommitted: true,
    partitionAssigners: [
      ({ cluster }) => {
        found = cluster;
        return {
          name: 'none',
          version: 0,
          assign: () => Promise.resolve([]),
          protocol: () => ({ name: 'none', metadata: Buffer.alloc(0) }),
        };
      },
    ],
  });
  if (found === undefined) throw new Error('kafkajs has changed: it gave no cluster to a partition assigner');
  return found;
}

/**
 * Stops kafkajs from waking up every 10 ms on each connection that has nothing to send: of an idle reader's CPU time (3.2 % of a core) that
 * left 0.4 %. Applies to the whole process; doing it again changes nothing.
 */
export function quietenIdleConnections(): void {
  const { prototype } = createRequire(__filename)('kafkajs/src/network/requestQueue') as { prototype: RequestQueue };
  prototype.scheduleCheckPendingRequests = scheduleIfPending;
}

function scheduleIfPending(this: RequestQueue): void {
  if (this.throttleCheckTimeoutId !== null || this.pending.length === 0) return;
  const throttledMs = this.throttledUntil - Date.now();
  this.throttleCheckTimeoutId = setTimeout(
    () => {
      this.throttleCheckTimeoutId = null;
      this.checkPendingRequests();
    },
    throttledMs > 0 ? throttledMs : PENDING_CHECK_INTERVAL_MS,
  );
}
