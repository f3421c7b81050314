import { type Cluster } from '../cluster';
import { cpuMsOfTree, machineCpuMs } from './process-usage';

/** What a stretch of work cost, in CPU milliseconds. */
export interface Cost {
  /** By process; those that run elsewhere are missing. */
  readonly cpuMs: Readonly<Record<string, number>>;
  /** Cores kept busy by programs outside of the benchmark, which makes every figure worse; undefined where the system does not tell. */
  readonly foreignCores: number | undefined;
}

interface Sample {
  readonly atMs: number;
  readonly cpuMs: ReadonlyMap<string, number>;
  readonly machineMs: number | undefined;
}

/** Measures what each process of the cluster, the load generator and this process spend meanwhile. */
export async function measureCost<Result>(
  cluster: Cluster,
  loaderPid: number,
  work: () => Promise<Result>,
): Promise<{ readonly result: Result; readonly cost: Cost }> {
  const before = sample(cluster, loaderPid);
  const result = await work();
  const after = sample(cluster, loaderPid);
  const cpuMs = Object.fromEntries([...after.cpuMs].map(([name, value]) => [name, value - (before.cpuMs.get(name) ?? 0)]));
  const ownMs = Object.values(cpuMs).reduce((sum, value) => sum + value, 0);
  const foreignCores =
    after.machineMs === undefined || before.machineMs === undefined
      ? undefined
      : Math.max(0, (after.machineMs - before.machineMs - ownMs) / (after.atMs - before.atMs));
  return { result, cost: { cpuMs, foreignCores } };
}

function sample(cluster: Cluster, loaderPid: number): Sample {
  const pids: readonly (readonly [string, number | undefined])[] = [
    ...cluster.gateways.map(({ name, pid }) => [name, pid] as const),
    ['api', cluster.api.pid],
    ['PostgreSQL', cluster.servicePids.postgres],
    ['Kafka', cluster.servicePids.kafka],
    ['load generator', loaderPid],
  ];
  const cpuMs = new Map<string, number>();
  for (const [name, pid] of pids) {
    const spentMs = pid === undefined ? undefined : cpuMsOfTree(pid);
    if (spentMs !== undefined) cpuMs.set(name, spentMs);
  }
  return { atMs: performance.now(), cpuMs, machineMs: machineCpuMs() };
}
