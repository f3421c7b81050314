import type { RegistrySettings } from '@switchboard/config';
import { Batcher, hotStatement, textArray, uuidArray, uuidBytes, type HotConnection, type HotStatement } from '@switchboard/database';
import { targetOf, type StreamKey } from '@switchboard/protocol';
import { isConnectionId } from './connection-row';

/** The settings that look-ups read. */
export type ServerLookupSettings = Pick<RegistrySettings, 'lookupMaxBatch' | 'lookupLingerMs' | 'lookupMaxQueued'>;

const ALIVE = 's.slot = x.slot AND s.epoch = x.epoch AND s.lease_until > now()';

const SLOTS_OF_USERS = hotStatement(
  'slots_of_users',
  `SELECT DISTINCT r.ord::int, x.slot FROM unnest($1::text[]) WITH ORDINALITY AS r(user_id, ord)
   JOIN connections x ON x.user_id = r.user_id JOIN servers s ON ${ALIVE}`,
);

const SLOTS_OF_CHANNELS = hotStatement(
  'slots_of_channels',
  `SELECT r.ord::int, x.slot FROM unnest($1::text[]) WITH ORDINALITY AS r(channel, ord)
   JOIN channel_servers x ON x.channel = r.channel JOIN servers s ON ${ALIVE}`,
);

const SLOTS_OF_CONNECTIONS = hotStatement(
  'slots_of_connections',
  `SELECT r.ord::int, x.slot FROM unnest($1::uuid[]) WITH ORDINALITY AS r(id, ord)
   JOIN connections x ON x.id = r.id JOIN servers s ON ${ALIVE}`,
);

// Whoever does not say what it is for is a gateway of before there were roles.
const SLOTS_ALIVE = hotStatement('slots_alive', `SELECT slot FROM servers WHERE lease_until > now() AND role IS DISTINCT FROM 'api'`);

type Slots = readonly number[];

/** Tells which servers hold sockets that follow a stream. Only servers whose lease is alive count. */
export class ServerLookup {
  private readonly users: Batcher<string, Slots>;
  private readonly channels: Batcher<string, Slots>;
  private readonly everyone: Batcher<StreamKey, Slots>;
  private readonly connections: Batcher<string, Slots>;

  constructor(
    private readonly hot: HotConnection,
    { lookupMaxBatch, lookupLingerMs, lookupMaxQueued }: ServerLookupSettings,
  ) {
    // One batch at a time: look-ups of one stream end in the order of the calls, and so its events are sent in that order.
    const bounds = { maxBatch: lookupMaxBatch, lingerMs: lookupLingerMs, maxQueued: lookupMaxQueued, concurrency: 1 };
    this.users = new Batcher({ ...bounds, run: (users) => this.slotsOfKeys(SLOTS_OF_USERS, users, textArray) });
    this.channels = new Batcher({ ...bounds, run: (channels) => this.slotsOfKeys(SLOTS_OF_CHANNELS, channels, textArray) });
    this.connections = new Batcher({
      ...bounds,
      run: (ids) => this.slotsOfKeys(SLOTS_OF_CONNECTIONS, ids, (some) => uuidArray(some.map(uuidBytes))),
    });
    this.everyone = new Batcher({ ...bounds, run: (callers) => this.slotsAlive(callers.length) });
  }

  /**
   * The slots of the servers that a message of this stream concerns, each once; for `everyone` all that hold sockets. The database is asked after the
   * call, so whatever was committed before it is seen.
   * @throws BatcherFullError if too many wait; HotQueryError
   */
  slotsOf(stream: StreamKey): Promise<Slots> {
    const target = targetOf(stream);
    if (target === undefined) return Promise.reject(new TypeError(`not the key of a stream: ${stream}`));
    if ('user' in target) return this.users.add(target.user);
    return 'channel' in target ? this.channels.add(target.channel) : this.everyone.add(stream);
  }

  /**
   * The slot of the server that holds a connection, by its id; undefined if there is none.
   * @throws BatcherFullError if too many wait; HotQueryError
   */
  async slotOfConnection(id: string): Promise<number | undefined> {
    if (!isConnectionId(id)) return undefined;
    const [slot] = await this.connections.add(id);
    return slot;
  }

  private async slotsOfKeys(
    statement: HotStatement,
    keys: readonly string[],
    toArray: (keys: readonly string[]) => unknown,
  ): Promise<readonly Slots[]> {
    const placeOf = new Map<string, number>();
    for (const key of keys) if (!placeOf.has(key)) placeOf.set(key, placeOf.size);
    const slots = Array.from(placeOf, (): number[] => []);
    const rows = await this.hot.query<[number, number]>(statement, [toArray([...placeOf.keys()])]);
    for (const [ordinal, slot] of rows) slots[ordinal - 1]?.push(slot);
    return keys.map((key) => slots[placeOf.get(key) ?? -1] ?? []);
  }

  private async slotsAlive(callers: number): Promise<readonly Slots[]> {
    const rows = await this.hot.query<[number]>(SLOTS_ALIVE, []);
    const slots = rows.map(([slot]) => slot);
    return Array.from({ length: callers }, () => slots);
  }
}
