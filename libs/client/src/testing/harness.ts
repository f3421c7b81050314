import type { HelloFrame } from '@switchboard/protocol';
import { WebSocket } from 'ws';
import { SwitchboardClient } from '../client';
import type { ClientError } from '../client-error';
import type { Gap, Message, StateChange } from '../events';
import type { ClientOptions } from '../options';
import { FakeServer, type FakeSession } from './fake-server';

/** A client that notes all it tells. */
export interface WatchedClient {
  readonly client: SwitchboardClient;
  readonly messages: Message[];
  readonly states: StateChange[];
  readonly gaps: Gap[];
  readonly errors: ClientError[];
}

/** The servers and clients of one test, ended together. */
export class Harness {
  readonly #servers: FakeServer[] = [];
  readonly #clients: SwitchboardClient[] = [];

  async server(onHello?: (session: FakeSession, hello: HelloFrame) => void): Promise<FakeServer> {
    const server = await FakeServer.start(onHello);
    this.#servers.push(server);
    return server;
  }

  /** A client that comes back at once, unless the options say otherwise. */
  client(server: FakeServer, options: Partial<ClientOptions> = {}): WatchedClient {
    const client = new SwitchboardClient({ url: server.url, token: 't', WebSocket, backoff: { baseMs: 0, capMs: 0 }, ...options });
    this.#clients.push(client);
    const watched: WatchedClient = { client, messages: [], states: [], gaps: [], errors: [] };
    client.on('message', (message) => watched.messages.push(message));
    client.on('state', (change) => watched.states.push(change));
    client.on('gap', (gap) => watched.gaps.push(gap));
    client.on('error', (error) => watched.errors.push(error));
    return watched;
  }

  async end(): Promise<void> {
    for (const client of this.#clients.splice(0)) client.close();
    await Promise.all(this.#servers.splice(0).map((server) => server.stop()));
  }
}
