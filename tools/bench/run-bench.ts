import { LANES } from './load-generator';
import { type Cluster, type DeliveryTotals } from '../cluster';
import { measureIdleMemory, type IdleMemory } from './idle-memory';
import { LoaderProcess } from './loader-process';
import { machineFacts, type MachineFacts } from './machine-facts';
import { connectUsers, measureTraffic, type Round } from './traffic';

/** All that a benchmark found: what is written to its JSON file. */
export interface BenchResults {
  readonly startedAt: string;
  readonly machine: MachineFacts;
  readonly steadyRate: { readonly messagesPerSecond: number; readonly rounds: readonly Round[] };
  readonly flatOut: { readonly inFlight: number; readonly rounds: readonly Round[] };
  readonly idle: IdleMemory;
  /** Of all traffic, warm-ups included. */
  readonly totals: DeliveryTotals;
}

const MESSAGES_PER_SECOND = 1_000;
// Flat out comes first: it takes some ten thousand messages until the hot code of the apps is compiled for good, and servers in production are in that state.
const FLAT_OUT_PLAN = { warmUpSeconds: 12, rounds: 3, roundSeconds: 8 };
const STEADY_PLAN = { warmUpSeconds: 4, rounds: 3, roundSeconds: 8 };

/** Measures a cluster whose gateways collect garbage on SIGUSR2; takes about two minutes. */
export async function runBench(cluster: Cluster, say: (line: string) => void): Promise<BenchResults> {
  const startedAt = new Date().toISOString();
  const machine = await machineFacts(cluster);
  const [gateway] = cluster.gateways;
  if (gateway === undefined) throw new Error('the benchmark needs a gateway');
  const loader = new LoaderProcess();
  try {
    await connectUsers(cluster, loader);
    say(`Measuring the throughput with ${String(LANES)} requests in flight …`);
    const flatOut = await measureTraffic(cluster, loader, FLAT_OUT_PLAN, (seconds) => loader.call('publishFlatOut', LANES, seconds));
    say(`Measuring the latency at ${String(MESSAGES_PER_SECOND)} messages/s …`);
    const steady = await measureTraffic(cluster, loader, STEADY_PLAN, (seconds) =>
      loader.call('publishAtRate', MESSAGES_PER_SECOND, seconds),
    );
    const totals = await loader.call('totals');
    say('Measuring the memory of idle connections …');
    const idle = await measureIdleMemory(cluster, gateway, loader);
    return {
      startedAt,
      machine,
      steadyRate: { messagesPerSecond: MESSAGES_PER_SECOND, rounds: steady },
      flatOut: { inFlight: LANES, rounds: flatOut },
      idle,
      totals,
    };
  } finally {
    loader.stop();
  }
}
