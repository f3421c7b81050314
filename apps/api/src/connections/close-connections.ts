import { Injectable } from '@nestjs/common';
import { SwitchboardError } from '@switchboard/protocol';
import { ConnectionDirectory, type ConnectionCount, type ConnectionsOf, ServerDirectory } from '@switchboard/registry';
import { SendCommand } from '@switchboard/routing';

/** A server confirms a command within milliseconds; one that is busy or just lost its slot may take longer. */
const COMMAND_TIMEOUT_MS = 5_000;

/** Connections that are being closed. */
export interface Closing {
  /** How many the servers that confirmed are closing. */
  readonly connections: number;
  readonly servers: readonly Pick<ConnectionCount, 'server' | 'connections'>[];
  /** Servers that did not confirm in time; they may have been told all the same. */
  readonly unanswered: readonly string[];
}

/** Lets servers close connections. */
@Injectable()
export class CloseConnections {
  constructor(
    private readonly directory: ConnectionDirectory,
    private readonly serverDirectory: ServerDirectory,
    private readonly sendCommand: SendCommand,
  ) {}

  /** Closes one connection. @throws SwitchboardError `not_found`; `unavailable` if its server did not confirm in time */
  async one(id: string): Promise<void> {
    const found = await this.directory.find(id);
    const gone = new SwitchboardError('not_found', 'There is no such connection.');
    if (found === undefined) throw gone;
    const command = { name: 'close', whose: { connection: id }, reason: 'administrator' } as const;
    const [done] = await this.sendCommand.ask([found.slot], command, COMMAND_TIMEOUT_MS);
    if (done === undefined) throw new SwitchboardError('unavailable', `The server ${found.server} did not confirm in time.`);
    if (done.connections === 0) throw gone;
  }

  /** Counts those that would be closed. @throws SwitchboardError `not_found` if there is no such server */
  async count(whose: ConnectionsOf): Promise<Closing> {
    const held = await this.held(whose);
    return toClosing(held, []);
  }

  /** Closes all that are meant; resolves once the servers concerned have begun. @throws SwitchboardError `not_found` if there is no such server */
  async all(whose: ConnectionsOf, perSecond: number | undefined): Promise<Closing> {
    const held = await this.held(whose);
    const command = {
      name: 'close',
      whose,
      reason: 'administrator',
      ...(perSecond === undefined ? {} : { perSecond }),
    } as const;
    const slots = held.map(({ slot }) => slot);
    const done = await this.sendCommand.ask(slots, command, COMMAND_TIMEOUT_MS);
    const confirmed = new Set(done.map(({ server }) => server));
    return toClosing(
      done,
      held.map(({ server }) => server).filter((server) => !confirmed.has(server)),
    );
  }

  /** Lets a server admit no more and ask its clients to go elsewhere. @throws SwitchboardError `not_found`, `unavailable` */
  async drain(server: string): Promise<{ readonly server: string; readonly connections: number }> {
    const slot = await this.slotOf(server);
    const [done] = await this.sendCommand.ask([slot], { name: 'drain', server }, COMMAND_TIMEOUT_MS);
    if (done === undefined) throw new SwitchboardError('unavailable', `The server ${server} did not confirm in time.`);
    return { server: done.server, connections: done.connections };
  }

  /** A server that is named is told even if the registry knows of no connection there: some may be just opening. */
  private async held(whose: ConnectionsOf): Promise<readonly ConnectionCount[]> {
    if ('user' in whose) return this.directory.count(whose);
    const slot = await this.slotOf(whose.server);
    const counted = await this.directory.count(whose);
    return [counted.find((count) => count.slot === slot) ?? { server: whose.server, slot, connections: 0 }];
  }

  private async slotOf(server: string): Promise<number> {
    const slot = await this.serverDirectory.slotOf(server);
    if (slot === undefined) throw new SwitchboardError('not_found', 'There is no such server that lives and holds sockets.');
    return slot;
  }
}

function toClosing(counts: readonly Pick<ConnectionCount, 'server' | 'connections'>[], unanswered: readonly string[]): Closing {
  return {
    connections: counts.reduce((sum, { connections }) => sum + connections, 0),
    servers: counts.map(({ server, connections }) => ({ server, connections })),
    unanswered,
  };
}
