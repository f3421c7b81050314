import { type Cluster } from '../cluster';
import { measureCost, type Cost } from './cost-meter';
import { type RoundResult } from './load-generator';
import { type LoaderProcess } from './loader-process';

/** One round of traffic and what it cost. */
export interface Round extends RoundResult {
  readonly cost: Cost;
}

/** How the traffic of one kind is measured. */
export interface TrafficPlan {
  readonly warmUpSeconds: number;
  readonly rounds: number;
  readonly roundSeconds: number;
}

const USERS = 1_000;

/** Connects the users, alternating between the gateways. */
export async function connectUsers(cluster: Cluster, loader: LoaderProcess): Promise<void> {
  const { gateways, apiUrl, apiKey } = cluster;
  const users = Array.from({ length: USERS }, (_, index) => {
    const user = `bench-${String(index)}`;
    return { user, url: gateways[index % gateways.length]?.url ?? '', token: cluster.signToken(user) };
  });
  await loader.call('connectUsers', { apiUrl, apiKey }, users);
}

/** Warms up, then measures the rounds; `run` is one of them. */
export async function measureTraffic(
  cluster: Cluster,
  loader: LoaderProcess,
  { warmUpSeconds, rounds, roundSeconds }: TrafficPlan,
  run: (seconds: number) => Promise<RoundResult>,
): Promise<Round[]> {
  await run(warmUpSeconds);
  const measured: Round[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const { result, cost } = await measureCost(cluster, loader.pid, () => run(roundSeconds));
    measured.push({ ...result, cost });
  }
  return measured;
}
