import { type EventBus } from '@switchboard/bus';
import { SwitchboardError } from '@switchboard/protocol';
import { encodeBusEvent } from '@switchboard/protocol/events';
import { type ConnectionsOfUser, type PlacedConnection } from '@switchboard/registry';

/** How many of a user's connections beyond the limit are looked at, at most: they are few, since each that comes closes some. */
export const MOST_BEYOND_LIMIT = 100;

/** A connection that has just been registered. */
export interface NewConnection {
  readonly id: string;
  readonly user: string;
  /** The old connection of a client that moves; it does not count. */
  readonly replaces?: string | undefined;
}

/** What the limit needs. */
export interface LimitUserConnectionsParts {
  /** How many connections a user may have. */
  readonly most: number;
  /** Which ones are to go: the new ones are refused, or the oldest are replaced. */
  readonly policy: 'refuse' | 'replace';
  /** In the order in which they may stay. */
  readonly connectionsOfUser: Pick<ConnectionsOfUser, 'first'>;
  readonly ownSlot: () => number | undefined;
  /** Closes a connection of this server, if it is there. */
  readonly closeHere: (id: string) => void;
  readonly bus: Pick<EventBus, 'publish'>;
  /** A user had too many. */
  readonly reached: () => void;
  /** Another server could not be told to close a connection; the user has one too many until the next one comes. */
  readonly hintLost: (error: unknown) => void;
}

/**
 * Bounds the connections of a user over all servers. It is checked once the row of a new one is committed: of two that come at the same time at
 * least the one that commits later sees both. All see them in the same order, and so close the same ones.
 */
export class LimitUserConnections {
  constructor(private readonly parts: LimitUserConnectionsParts) {}

  /**
   * Closes those that the user has too many, wherever they are.
   * @throws SwitchboardError `too_many_connections` or `replaced` if the new one is among them; what the look-up throws
   */
  async check({ id, user, replaces }: NewConnection): Promise<void> {
    const { most, policy, connectionsOfUser } = this.parts;
    const found = (await connectionsOfUser.first(user)).filter((connection) => connection.id !== replaces);
    if (found.length <= most) return;
    this.parts.reached();
    const beyond = found.slice(most);
    for (const connection of beyond) if (connection.id !== id) this.close(connection);
    const rank = found.findIndex((connection) => connection.id === id);
    // Not among them: it comes after all that were looked at; or its own server's lease has lapsed for a moment, which is not the client's fault.
    const mayStay = rank < 0 ? found.length < MOST_BEYOND_LIMIT : rank < most;
    if (!mayStay) throw new SwitchboardError(policy === 'refuse' ? 'too_many_connections' : 'replaced');
  }

  private close({ id, slot }: PlacedConnection): void {
    const { ownSlot, closeHere, bus, hintLost } = this.parts;
    if (slot === ownSlot()) {
      closeHere(id);
      return;
    }
    const event = encodeBusEvent({ kind: 'command', command: { name: 'close', whose: { connection: id }, reason: 'replaced' } });
    bus.publish(slot, event).catch(hintLost);
  }
}
