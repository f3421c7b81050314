import { setTimeout as delay } from 'node:timers/promises';
import { type Cluster, type ClusterGateway } from '../cluster';
import { type LoaderProcess } from './loader-process';
import { median } from './median';
import { residentBytes } from './process-usage';

/** What an idle connection takes of a gateway's memory, in bytes. */
export interface IdleMemory {
  readonly connections: number;
  /** Resident memory after a collection of garbage: what it takes for good. */
  readonly residentBytes: number;
  /** Resident memory as it is some seconds after they connected, with what connecting left behind. */
  readonly residentBytesBeforeCollection: number;
  /** Of JavaScript's heap. */
  readonly heapBytes: number;
  /** Of buffers outside of it. */
  readonly externalBytes: number;
}

interface Memory {
  readonly resident: number;
  readonly residentBeforeCollection: number;
  readonly heap: number;
  readonly external: number;
}

const CONNECTIONS = 5_000;
// Code is compiled and tables have grown by then, which would otherwise be charged to the connections.
const WARM_UP_CONNECTIONS = 1_000;
const SETTLE_MS = 3_000;
const SAMPLES = 5;
const SAMPLE_INTERVAL_MS = 200;

/** Starts a gateway afresh, opens idle connections to it, and divides what it grew by. The gateway must collect garbage on SIGUSR2. */
export async function measureIdleMemory(cluster: Cluster, gateway: ClusterGateway, loader: LoaderProcess): Promise<IdleMemory> {
  await gateway.stop();
  await gateway.start();
  const open = async (from: number, to: number): Promise<void> => {
    const users = Array.from({ length: to - from }, (_, index) => `idle-${String(from + index)}`);
    await loader.call(
      'openIdle',
      users.map((user) => ({ url: gateway.url, token: cluster.signToken(user) })),
    );
  };
  await open(0, WARM_UP_CONNECTIONS);
  const before = await memoryOf(gateway);
  await open(WARM_UP_CONNECTIONS, WARM_UP_CONNECTIONS + CONNECTIONS);
  const after = await memoryOf(gateway);
  await loader.call('closeIdle');
  const each = (name: keyof Memory): number => (after[name] - before[name]) / CONNECTIONS;
  return {
    connections: CONNECTIONS,
    residentBytes: each('resident'),
    residentBytesBeforeCollection: each('residentBeforeCollection'),
    heapBytes: each('heap'),
    externalBytes: each('external'),
  };
}

async function memoryOf(gateway: ClusterGateway): Promise<Memory> {
  await delay(SETTLE_MS);
  const residentBeforeCollection = await medianResident(gateway);
  // The second one takes what the first one's finalizers let go.
  for (let collection = 0; collection < 2; collection += 1) {
    gateway.kill('SIGUSR2');
    await delay(1_000);
  }
  const resident = await medianResident(gateway);
  const metrics = await (await fetch(`${gateway.httpUrl}/metrics`)).text();
  const metric = (name: string): number => Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(metrics)?.[1] ?? NaN);
  return {
    resident,
    residentBeforeCollection,
    heap: metric('nodejs_heap_size_used_bytes'),
    external: metric('nodejs_external_memory_bytes'),
  };
}

async function medianResident({ pid }: ClusterGateway): Promise<number> {
  const samples: number[] = [];
  while (samples.length < SAMPLES) {
    samples.push(residentBytes(pid ?? 0));
    await delay(SAMPLE_INTERVAL_MS);
  }
  return median(samples);
}
