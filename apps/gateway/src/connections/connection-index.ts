import { type ClientConnection } from './client-connection';

/** Finds connections of this server by their id, or by their user. Only those whose user is known are in it. */
export class ConnectionIndex {
  private readonly byIds = new Map<string, ClientConnection>();
  /** Most users have one connection here, and need no set. */
  private readonly byUsers = new Map<string, ClientConnection | Set<ClientConnection>>();

  /** The users that have connections here; may be iterated while they come and go. */
  users(): IterableIterator<string> {
    return this.byUsers.keys();
  }

  /** How many users there are. */
  get userCount(): number {
    return this.byUsers.size;
  }

  /** All connections that are here now. */
  all(): readonly ClientConnection[] {
    return [...this.byIds.values()];
  }

  /** The connection of that id, if it is here. */
  byId(id: string): ClientConnection | undefined {
    return this.byIds.get(id);
  }

  /** The connections of a user that are here now. */
  ofUser(user: string): readonly ClientConnection[] {
    const found = this.byUsers.get(user);
    if (found === undefined) return [];
    return found instanceof Set ? [...found] : [found];
  }

  /** Adds a connection whose user is known; one that is in it already stays. */
  add(connection: ClientConnection): void {
    const user = connection.identity?.user;
    if (user === undefined || this.byIds.has(connection.id)) return;
    this.byIds.set(connection.id, connection);
    const others = this.byUsers.get(user);
    if (others === undefined) this.byUsers.set(user, connection);
    else if (others instanceof Set) others.add(connection);
    else this.byUsers.set(user, new Set([others, connection]));
  }

  /** Takes a connection out. */
  remove(connection: ClientConnection): void {
    const user = connection.identity?.user;
    if (user === undefined || !this.byIds.delete(connection.id)) return;
    const others = this.byUsers.get(user);
    if (others instanceof Set) others.delete(connection);
    if (others === connection || (others instanceof Set && others.size === 0)) this.byUsers.delete(user);
  }
}
