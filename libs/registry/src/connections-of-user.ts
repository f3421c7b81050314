import { Batcher, hotStatement, textArray, type HotConnection, type HotStatement } from '@switchboard/database';
import type { ServerLookupSettings } from './server-lookup';

/** Which connections of a user come first: those that are there for longest, or those that came last. */
export type ConnectionOrder = 'oldest' | 'newest';

/** A connection, and the slot of the server that holds it. */
export interface PlacedConnection {
  readonly id: string;
  readonly slot: number;
}

const STATEMENTS: Readonly<Record<ConnectionOrder, HotStatement>> = {
  oldest: hotStatement('oldest_of_users', firstOfUsers('ASC')),
  newest: hotStatement('newest_of_users', firstOfUsers('DESC')),
};

function firstOfUsers(direction: 'ASC' | 'DESC'): string {
  return `SELECT r.ord::int, c.id::text, c.slot FROM unnest($1::text[]) WITH ORDINALITY AS r(user_id, ord)
    CROSS JOIN LATERAL (
      SELECT x.id, x.slot, x.connected_at FROM connections x
      JOIN servers s ON s.slot = x.slot AND s.epoch = x.epoch AND s.lease_until > now()
      WHERE x.user_id = r.user_id ORDER BY x.connected_at ${direction}, x.id ${direction} LIMIT $2::int
    ) c
    ORDER BY r.ord, c.connected_at ${direction}, c.id ${direction}`;
}

/** Tells which connections a user has on servers that live, in an order that everybody who asks sees alike. */
export class ConnectionsOfUser {
  private readonly users: Batcher<string, readonly PlacedConnection[]>;

  /** @param most how many of one user are told */
  constructor(
    private readonly hot: HotConnection,
    { lookupMaxBatch, lookupLingerMs, lookupMaxQueued }: ServerLookupSettings,
    private readonly order: ConnectionOrder,
    private readonly most: number,
  ) {
    const bounds = { maxBatch: lookupMaxBatch, lingerMs: lookupLingerMs, maxQueued: lookupMaxQueued, concurrency: 1 };
    this.users = new Batcher({ ...bounds, run: (users) => this.find(users) });
  }

  /**
   * The first of the user's connections; the database is asked after the call, so whatever was committed before it is seen.
   * @throws BatcherFullError if too many wait; HotQueryError
   */
  first(user: string): Promise<readonly PlacedConnection[]> {
    return this.users.add(user);
  }

  private async find(users: readonly string[]): Promise<readonly (readonly PlacedConnection[])[]> {
    const found = users.map((): PlacedConnection[] => []);
    const rows = await this.hot.query<[number, string, number]>(STATEMENTS[this.order], [textArray(users), this.most]);
    for (const [ordinal, id, slot] of rows) found[ordinal - 1]?.push({ id, slot });
    return found;
  }
}
