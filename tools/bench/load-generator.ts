import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { DeliveryLedger, percentile, PostLane, type DeliveryTotals, type PostTarget } from '../cluster';
import { connectBareClients, type BareClientTarget } from './bare-client';

/** One user that the load generator receives for. */
export interface BenchUser extends BareClientTarget {
  readonly user: string;
}

/** What one round of traffic came to; of warm-ups nothing is in it. */
export interface RoundResult {
  readonly accepted: number;
  readonly received: number;
  readonly acceptedPerSecond: number;
  /** From the first send to the last arrival. */
  readonly receivedPerSecond: number;
  /** From the hand-over to the HTTP connection to the arrival at the client. */
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  /** How much of the time the load generator's event loop was busy; near 1, the rates are its own. */
  readonly loaderBusyShare: number;
}

interface Payload {
  readonly number: number;
  readonly sentAtMs: number;
}

const ACCEPTED = 202;
/** As many HTTP connections, and so requests that can be under way at once. */
export const LANES = 256;
const CONNECT_CONCURRENCY = 50;
const ARRIVAL_TIMEOUT_MS = 15_000;
/** Beyond this, the rate is not kept up and waiting longer only fills memory. */
const MOST_UNANSWERED = 20_000;
// With it, the data of a message is about 256 bytes long.
const PADDING = 'x'.repeat(200);

/** Publishes through the API and receives at the gateways, and keeps the books. Its methods take and give JSON, since it runs in a process of its own. */
export class LoadGenerator {
  private readonly ledger = new DeliveryLedger();
  private users: readonly BenchUser[] = [];
  private lanes: readonly PostLane[] = [];
  private latenciesMs: number[] = [];
  private lastArrivalAtMs = 0;
  private idleClients: { close(): void }[] = [];

  /** Connects the users that messages will go to. */
  async connectUsers(target: PostTarget, users: readonly BenchUser[]): Promise<void> {
    this.users = users;
    this.lanes = Array.from({ length: LANES }, () => new PostLane(target));
    await connectBareClients(users, CONNECT_CONCURRENCY, (index, text) => {
      this.receive(users[index]?.user ?? '', text);
    });
  }

  /** Open loop: sends at this rate whether or not the answers keep up. Resolves when all has arrived, or time for that is over. */
  async publishAtRate(messagesPerSecond: number, seconds: number): Promise<RoundResult> {
    return await this.round(async () => {
      const startedAtMs = performance.now();
      const total = messagesPerSecond * seconds;
      let sent = 0;
      let unanswered = 0;
      while (sent < total) {
        const due = Math.min(total, Math.ceil(((performance.now() - startedAtMs) * messagesPerSecond) / 1_000));
        for (; sent < due; sent += 1) {
          unanswered += 1;
          void this.publish(sent % this.users.length).finally(() => (unanswered -= 1));
        }
        if (unanswered > MOST_UNANSWERED) throw new Error(`${String(unanswered)} requests without an answer`);
        await delay(1);
      }
      while (unanswered > 0) await delay(1);
    });
  }

  /** Closed loop: each connection sends its next message as soon as the last one is accepted. */
  async publishFlatOut(inFlight: number, seconds: number): Promise<RoundResult> {
    if (inFlight > LANES) throw new Error(`at most ${String(LANES)} can be in flight`);
    return await this.round(async () => {
      const endsAtMs = performance.now() + seconds * 1_000;
      const publishInTurn = async (lane: number): Promise<void> => {
        // Users and lanes go together (see publish), so this lane's users are every LANES-th.
        for (let index = lane; performance.now() < endsAtMs; index = index + LANES < this.users.length ? index + LANES : lane)
          await this.publish(index);
      };
      await Promise.all(Array.from({ length: inFlight }, (_, lane) => publishInTurn(lane)));
    });
  }

  /** Opens connections that do nothing, beside those there are already. */
  async openIdle(targets: readonly BareClientTarget[]): Promise<void> {
    this.idleClients.push(...(await connectBareClients(targets, CONNECT_CONCURRENCY, () => undefined)));
  }

  /** Closes the idle connections. */
  closeIdle(): void {
    for (const client of this.idleClients.splice(0)) client.close();
  }

  /** Of all rounds so far, warm-ups included. */
  totals(): DeliveryTotals {
    return this.ledger.totals();
  }

  private async round(publish: () => Promise<void>): Promise<RoundResult> {
    this.latenciesMs = [];
    const before = this.ledger.totals();
    const busyBefore = performance.eventLoopUtilization();
    const startedAtMs = performance.now();
    await publish();
    const answeredAtMs = performance.now();
    const { utilization } = performance.eventLoopUtilization(busyBefore);
    while (this.ledger.missing > 0 && performance.now() < answeredAtMs + ARRIVAL_TIMEOUT_MS) await delay(5);
    const after = this.ledger.totals();
    const accepted = after.accepted - before.accepted;
    const received = after.received - before.received;
    return {
      accepted,
      received,
      acceptedPerSecond: (accepted * 1_000) / (answeredAtMs - startedAtMs),
      receivedPerSecond: (received * 1_000) / (this.lastArrivalAtMs - startedAtMs),
      p50Ms: percentile(this.latenciesMs, 0.5),
      p99Ms: percentile(this.latenciesMs, 0.99),
      maxMs: percentile(this.latenciesMs, 1),
      loaderBusyShare: utilization,
    };
  }

  // A user's messages share a lane, so that none overtakes another on its way to the API.
  private async publish(index: number): Promise<void> {
    const user = this.users[index]?.user ?? '';
    const number = this.ledger.nextNumber(user);
    const body = `{"data":{"number":${String(number)},"sentAtMs":${String(performance.now())},"padding":"${PADDING}"}}`;
    const status = await this.lanes[index % LANES]?.post(`/v1/users/${user}/messages`, body);
    if (status === ACCEPTED) this.ledger.noteAccepted(user, number);
    else this.ledger.noteRefused();
  }

  private receive(user: string, text: string): void {
    this.lastArrivalAtMs = performance.now();
    const { number, sentAtMs } = (JSON.parse(text) as { data: Payload }).data;
    if (this.ledger.noteReceived(user, number)) this.latenciesMs.push(this.lastArrivalAtMs - sentAtMs);
  }
}
