import { type Command, type DoneReply } from '@switchboard/protocol/events';
import {
  type ConnectionDirectory,
  type ConnectionCount,
  type KnownServer,
  type LiveConnection,
  type ServerDirectory,
} from '@switchboard/registry';
import { type SendCommand } from '@switchboard/routing';

/** Servers and connections without a database or a bus: what the directories tell, and what servers answer to commands. */
export class TestFleet {
  readonly connections: LiveConnection[] = [];
  readonly servers: KnownServer[] = [];
  /** What servers were told to do. */
  readonly told: { readonly slots: readonly number[]; readonly command: Command }[] = [];
  /** Slots whose servers say nothing. */
  readonly silent = new Set<number>();
  /** Set: what a server answers that it does, whatever is registered. */
  closes: number | undefined;

  readonly connectionDirectory: Pick<ConnectionDirectory, keyof ConnectionDirectory> = {
    connectionsOf: (user) => Promise.resolve(this.connections.filter((connection) => connection.user === user)),
    find: (id) => Promise.resolve(this.connections.find((connection) => connection.id === id)),
    page: ({ user, server, after = '', limit }) => {
      const fits = (connection: LiveConnection): boolean =>
        connection.user === (user ?? connection.user) && connection.server === (server ?? connection.server) && connection.id > after;
      const found = this.connections.filter(fits).sort((one, other) => (one.id < other.id ? -1 : 1));
      return Promise.resolve(found.slice(0, limit));
    },
    count: (whose) => {
      const meant = this.connections.filter((each) => ('user' in whose ? each.user === whose.user : each.server === whose.server));
      const counts = new Map<number, ConnectionCount>();
      for (const { server, slot } of meant) {
        counts.set(slot, { server, slot, connections: (counts.get(slot)?.connections ?? 0) + 1 });
      }
      return Promise.resolve([...counts.values()]);
    },
  };

  readonly serverDirectory: Pick<ServerDirectory, keyof ServerDirectory> = {
    servers: () => Promise.resolve(this.servers),
    slotOf: (id) => Promise.resolve(this.servers.find((server) => server.id === id)?.slot),
  };

  readonly sendCommand: Pick<SendCommand, keyof SendCommand> = {
    ask: (slots, command) => {
      this.told.push({ slots, command });
      const answering = slots.filter((slot) => !this.silent.has(slot));
      return Promise.resolve(answering.map((slot) => this.answerOf(slot)));
    },
    hint: (slots, command) => {
      this.told.push({ slots, command });
      return Promise.resolve();
    },
  };

  clear(): void {
    this.connections.length = 0;
    this.servers.length = 0;
    this.told.length = 0;
    this.silent.clear();
    this.closes = undefined;
  }

  private answerOf(slot: number): DoneReply {
    const held = this.connections.filter((connection) => connection.slot === slot);
    const server = held[0]?.server ?? this.servers.find((each) => each.slot === slot)?.id ?? '';
    return { name: 'done', server, connections: this.closes ?? held.length };
  }
}
