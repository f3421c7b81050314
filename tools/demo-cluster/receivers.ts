import { WebSocket } from 'ws';
import { type SwitchboardClient } from '@switchboard/client';
import { type DeliveryLedger } from '../cluster';
import { loadSdk } from './sdk';

/** What each message of the demo carries. */
export interface DemoPayload {
  readonly number: number;
  /** On the monotonic clock of this process. */
  readonly sentAtMs: number;
}

/** What the receivers need. */
export interface ReceiversOptions {
  readonly url: string;
  readonly users: readonly string[];
  readonly ledger: DeliveryLedger;
  signToken(user: string): string;
}

/** How the clients of a killed gateway came back. */
export interface Comeback {
  /** Clients that lost their connection since. */
  readonly affected: number;
  /** Those of them that have none yet. */
  readonly away: number;
  /** From the kill until the last of them was ready again; undefined while one is away, or none was affected. */
  readonly lastBackAfterMs: number | undefined;
}

/** One client of the SDK for each user; enters what arrives in the ledger. */
export class Receivers {
  readonly latenciesMs: number[] = [];
  private readonly clients: SwitchboardClient[];
  private readonly affected = new Set<SwitchboardClient>();
  private readonly away = new Set<SwitchboardClient>();
  private killedAtMs = 0;
  private lastBackAtMs = 0;

  constructor(private readonly options: ReceiversOptions) {
    const { SwitchboardClient } = loadSdk();
    this.clients = options.users.map((user) => {
      const client = new SwitchboardClient({ url: options.url, token: () => options.signToken(user), device: 'demo', WebSocket });
      this.watch(client, user);
      return client;
    });
  }

  /** Resolves when all clients are ready. */
  async connect(): Promise<void> {
    await Promise.all(this.clients.map((client) => client.connect()));
  }

  /** How many clients each server holds. */
  clientsPerServer(): ReadonlyMap<string, number> {
    const counts = new Map<string, number>();
    for (const { serverId } of this.clients) if (serverId !== undefined) counts.set(serverId, (counts.get(serverId) ?? 0) + 1);
    return counts;
  }

  /** From now on, clients that lose their connection count as affected. */
  noteKill(): void {
    this.killedAtMs = performance.now();
  }

  comeback(): Comeback {
    const isOver = this.affected.size > 0 && this.away.size === 0;
    return {
      affected: this.affected.size,
      away: this.away.size,
      lastBackAfterMs: isOver ? this.lastBackAtMs - this.killedAtMs : undefined,
    };
  }

  close(): void {
    for (const client of this.clients) client.close();
  }

  private watch(client: SwitchboardClient, user: string): void {
    client.on('message', ({ data }) => {
      const { number, sentAtMs } = data as DemoPayload;
      if (this.options.ledger.noteReceived(user, number)) this.latenciesMs.push(performance.now() - sentAtMs);
    });
    client.on('state', ({ state }) => {
      if (state === 'ready' && this.away.delete(client)) this.lastBackAtMs = performance.now();
      if (state === 'waiting' && this.killedAtMs > 0) {
        this.affected.add(client);
        this.away.add(client);
      }
    });
  }
}
