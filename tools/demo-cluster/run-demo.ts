import { setTimeout as delay } from 'node:timers/promises';
import { DeliveryLedger, type Cluster, type ClusterGateway, type DeliveryTotals } from '../cluster';
import { startLoadBalancer } from './load-balancer';
import { Receivers, type Comeback } from './receivers';
import { sendSteadily } from './sender';

/** How large the demo is. */
export interface DemoSize {
  readonly users: number;
  readonly messages: number;
  readonly messagesPerSecond: number;
}

/** What the demo found. */
export interface DemoOutcome {
  readonly totals: DeliveryTotals;
  readonly latenciesMs: readonly number[];
  readonly comeback: Comeback;
  /** From the kill until the gateway that was started again answered that it is ready. */
  readonly gatewayReadyAfterMs: number;
}

// The kill comes after this share of the messages, and the new start some time after, as a supervisor would: clients have to go elsewhere.
const KILL_AFTER_SHARE = 0.4;
const RESTART_AFTER_MS = 1_000;
const ARRIVAL_TIMEOUT_MS = 30_000;

/** Connects users to the cluster through a load balancer, sends them messages, kills the first gateway meanwhile and starts it again. */
export async function runDemo(cluster: Cluster, size: DemoSize, say: (line: string) => void): Promise<DemoOutcome> {
  const ledger = new DeliveryLedger();
  const users = Array.from({ length: size.users }, (_, index) => `demo-${String(index + 1)}`);
  const balancer = await startLoadBalancer(cluster.gateways.map(({ httpUrl }) => Number(new URL(httpUrl).port)));
  const url = `ws://127.0.0.1:${String(balancer.port)}/v1/connect`;
  const receivers = new Receivers({ url, users, ledger, signToken: (user) => cluster.signToken(user) });
  const progress = setInterval(() => {
    const { accepted, received } = ledger.totals();
    const { away } = receivers.comeback();
    if (accepted > 0)
      say(`  accepted ${String(accepted)}, received ${String(received)}${away > 0 ? `, clients away ${String(away)}` : ''}`);
  }, 1_000);
  try {
    await receivers.connect();
    const perGateway = [...receivers.clientsPerServer().values()].join(' + ');
    say(`${String(size.users)} users are connected: ${perGateway}. Sending ${String(size.messages)} messages …`);
    const sending = sendSteadily({ ...cluster, ...size, users, ledger });
    await delay((KILL_AFTER_SHARE * size.messages * 1_000) / size.messagesPerSecond);
    const gatewayReadyAfterMs = await killAndRestart(cluster.gateways[0], receivers, say);
    await sending;
    await arrival(ledger, receivers);
    return { totals: ledger.totals(), latenciesMs: receivers.latenciesMs, comeback: receivers.comeback(), gatewayReadyAfterMs };
  } finally {
    clearInterval(progress);
    receivers.close();
    await balancer.close();
  }
}

async function killAndRestart(gateway: ClusterGateway | undefined, receivers: Receivers, say: (line: string) => void): Promise<number> {
  if (gateway === undefined) throw new Error('the demo needs a gateway to kill');
  say(`Killing ${gateway.name} (process ${String(gateway.pid)}) with SIGKILL …`);
  const killedAtMs = performance.now();
  receivers.noteKill();
  gateway.kill('SIGKILL');
  await delay(RESTART_AFTER_MS);
  await gateway.start();
  const readyAfterMs = performance.now() - killedAtMs;
  say(`${gateway.name} is ready again (process ${String(gateway.pid)}).`);
  return readyAfterMs;
}

async function arrival(ledger: DeliveryLedger, receivers: Receivers): Promise<void> {
  const deadlineMs = performance.now() + ARRIVAL_TIMEOUT_MS;
  while ((ledger.missing > 0 || receivers.comeback().away > 0) && performance.now() < deadlineMs) await delay(50);
}
