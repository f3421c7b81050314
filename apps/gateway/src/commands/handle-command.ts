import { type CloseCommand, type CommandEvent } from '@switchboard/protocol/events';
import { type SendReply } from '@switchboard/routing';
import { type ClientConnection } from '../connections/client-connection';
import { type ConnectionIndex } from '../connections/connection-index';
import { type FollowMemberships } from '../memberships/follow-memberships';
import { type Drain } from '../server/drain';
import { type CloseInPaces } from './close-in-paces';

/** What commands are carried out with. */
export interface HandleCommandParts {
  readonly serverId: string;
  readonly connections: ConnectionIndex;
  readonly closing: CloseInPaces;
  readonly drain: Drain;
  readonly sendReply: SendReply;
  readonly followMemberships: Pick<FollowMemberships, 'refresh'>;
  readonly observer: {
    taken(name: string): void;
    /** A command to close connections was dropped. */
    refused(): void;
  };
}

/** Does what others tell this server to do, and confirms it with the number of connections that it concerns. */
export class HandleCommand {
  constructor(private readonly parts: HandleCommandParts) {}

  /** Commands that this version does not know, and those for another server, are left unanswered. */
  handle({ command, replyTo }: CommandEvent): void {
    const count = this.carryOut(command);
    if (count === undefined) return;
    const { serverId, sendReply, observer } = this.parts;
    observer.taken(command.name);
    if (replyTo !== undefined) sendReply.send(replyTo, { name: 'done', server: serverId, connections: count });
  }

  /** @returns how many connections it concerns; undefined: it was not carried out */
  private carryOut(command: CommandEvent['command']): number | undefined {
    switch (command.name) {
      case 'close':
        return this.close(command);
      case 'drain': {
        if (command.server !== this.parts.serverId) return undefined;
        const count = this.parts.connections.all().length;
        this.parts.drain.start();
        return count;
      }
      case 'membership': {
        void this.parts.followMemberships.refresh(command.user);
        return this.parts.connections.ofUser(command.user).length;
      }
      default:
        return undefined;
    }
  }

  private close(command: CloseCommand): number | undefined {
    const connections = this.meant(command);
    if (connections === undefined) return undefined;
    if (this.parts.closing.close(connections, command)) return connections.length;
    this.parts.observer.refused();
    return undefined;
  }

  private meant({ whose }: CloseCommand): readonly ClientConnection[] | undefined {
    const { connections, serverId } = this.parts;
    if ('user' in whose) return connections.ofUser(whose.user);
    if ('server' in whose) return whose.server === serverId ? connections.all() : undefined;
    const connection = connections.byId(whose.connection);
    return connection === undefined ? [] : [connection];
  }
}
