import type { RegistrySettings } from '@switchboard/config';
import { deleteByWindows, HotQueryError, systemTimers, type HotConnection, type Timers, windowDelete } from '@switchboard/database';
import { SwitchboardError } from '@switchboard/protocol';
import { applyChanges } from './apply-changes';
import { connectionKey, connectionRow, type ConnectionEnding, type ConnectionKey, type RegisteredConnection } from './connection-row';
import { type Lease, type LeaseSource } from './lease';
import { tellDisconnected } from './lifecycle-events';
import { OWNED_TABLES } from './owned-tables';
import { tellsLifecycle, type TellsLifecycle } from './tells-lifecycle';
import { Reconciler } from './reconciler';
import { channelWriter, connectionWriter, type WantedChannel, type WantedConnection } from './row-writers';
import { settleWithin } from './settle-within';

/** The settings that a registry reads. */
export type ConnectionRegistrySettings = Pick<
  RegistrySettings,
  'registrationTimeoutMs' | 'registryMaxBatch' | 'registryLingerMs' | 'registryMaxPending'
> &
  TellsLifecycle;

const OWN_ROWS = 'c.slot = $3::int AND c.epoch = $4::int8';
const CLEAR = OWNED_TABLES.map((table) => [table, windowDelete(table, 'clear', OWN_ROWS)] as const);
const CLEAR_AND_TELL = OWNED_TABLES.map((table) => [table, windowDelete(table, 'clear', OWN_ROWS, tellGone(table))] as const);

/** How many rows `registerAll` has under way, in batches: while one is written, the next one is prepared. */
const BATCHES_UNDER_WAY = 2;

/**
 * Records which connections this server holds, and which channels have subscribers here, so that others can find it.
 *
 * Rows are written in batches, under the lease that the source shows; they count while that lease lives. One operation per connection or
 * channel is under way at a time, and the last wish wins. While the database is away, wishes are kept and tried again.
 */
export class ConnectionRegistry {
  private readonly connections: Reconciler<string, WantedConnection>;
  private readonly channels: Reconciler<string, WantedChannel>;

  /** @param onFailure hears why a batch is tried again */
  constructor(
    private readonly hot: HotConnection,
    private readonly settings: ConnectionRegistrySettings,
    private readonly leases: LeaseSource,
    onFailure?: (error: unknown) => void,
    private readonly timers: Timers = systemTimers,
  ) {
    const shared = {
      maxBatch: settings.registryMaxBatch,
      lingerMs: settings.registryLingerMs,
      timers,
      ...(onFailure === undefined ? {} : { onFailure }),
    };
    const [connectionRows, channelRows] = [connectionWriter(hot, tellsLifecycle(settings)), channelWriter(hot)];
    this.connections = new Reconciler({ ...shared, apply: (changes) => applyChanges(changes, leases.current, connectionRows) });
    this.channels = new Reconciler({ ...shared, apply: (changes) => applyChanges(changes, leases.current, channelRows) });
  }

  /** How many connections and channels have a row that is not yet as it is wanted. */
  get pending(): number {
    return this.connections.pending + this.channels.pending;
  }

  /**
   * Resolves once the row is committed: whoever looks up after that finds this server.
   * @throws SwitchboardError `registration_failed` if this server has no lease or lost it, or the database did not answer in time; then the
   * row is removed again should it have come into being. `overloaded` if too many rows wait. TypeError if the id is no UUID
   */
  async register(connection: RegisteredConnection): Promise<void> {
    const row = connectionRow(connection);
    const lease = this.leases.current;
    if (lease === undefined) throw new SwitchboardError('registration_failed', 'This server has no slot.');
    if (this.connections.pending >= this.settings.registryMaxPending) throw new SwitchboardError('overloaded');
    try {
      const outcome = await settleWithin(this.connections.want(row.id, { lease, row }), this.settings.registrationTimeoutMs, this.timers);
      if (outcome === 'superseded') throw new Error('it was unregistered meanwhile');
    } catch (cause) {
      void this.unregister(connection);
      throw new SwitchboardError('registration_failed', undefined, { cause });
    }
  }

  /** Resolves once the row is gone, or given up since the registry was closed. While the database is away it waits. @throws TypeError if the id is no UUID */
  async unregister(connection: ConnectionKey, ending?: ConnectionEnding): Promise<void> {
    await this.connections.want(connection.id, { lease: undefined, row: connectionKey(connection), ending }).catch(isMoot);
  }

  /**
   * To be called when the first subscriber of a channel comes; resolves once others know. While the database is away it goes on
   * being tried, also after the rejection, until `removeChannel`; after the loss of the lease `registerAll` brings it back.
   * @throws SwitchboardError `unavailable` if this server has no lease or lost it, or the database did not answer in time
   */
  async addChannel(channel: string): Promise<void> {
    const lease = this.leases.current;
    if (lease === undefined) throw new SwitchboardError('unavailable', 'This server has no slot.');
    if (this.channels.pending >= this.settings.registryMaxPending) throw new SwitchboardError('overloaded');
    try {
      await settleWithin(this.channels.want(channel, lease), this.settings.registrationTimeoutMs, this.timers);
    } catch (cause) {
      throw new SwitchboardError('unavailable', undefined, { cause });
    }
  }

  /** To be called when the last subscriber of a channel has gone. As `unregister`. */
  async removeChannel(channel: string): Promise<void> {
    await this.channels.want(channel, undefined).catch(isMoot);
  }

  /**
   * Registers everything that lives here under the present lease, in bulk; for a lease that is new. Both are read bit by bit while it
   * works, so a live view (the iterator of a Map) leaves out what has ended before its turn. While the database is away it waits.
   * @throws SwitchboardError `registration_failed` if there is no lease, or this one is lost as well
   */
  async registerAll(connections: Iterable<RegisteredConnection>, channels: Iterable<string>): Promise<void> {
    const lease = this.leases.current;
    if (lease === undefined) throw new SwitchboardError('registration_failed', 'This server has no slot.');
    const most = this.settings.registryMaxBatch * BATCHES_UNDER_WAY;
    try {
      await inChunks(channels, most, (channel) => this.channels.want(channel, lease).catch(unlessItemsFault));
      await inChunks(connections, most, (connection) => {
        const row = connectionRow(connection);
        return this.connections.want(row.id, { lease, row }).catch(unlessItemsFault);
      });
    } catch (cause) {
      throw new SwitchboardError('registration_failed', undefined, { cause });
    }
  }

  /**
   * Deletes all rows of a lease, at shutdown and before the slot is given back.
   * @returns how many there were
   * @throws HotQueryError; what is left then, the cleaner deletes
   */
  async clearServer({ slot, epoch }: Lease): Promise<number> {
    let deleted = 0;
    for (const [table, statement] of tellsLifecycle(this.settings) ? CLEAR_AND_TELL : CLEAR)
      deleted += await deleteByWindows(this.hot, table, statement, [slot, epoch]);
    return deleted;
  }

  /** Gives up whatever is not under way. */
  close(): void {
    this.connections.close();
    this.channels.close();
  }
}

async function inChunks<Item>(items: Iterable<Item>, chunkSize: number, handle: (item: Item) => Promise<unknown>): Promise<void> {
  let chunk: Promise<unknown>[] = [];
  for (const item of items) {
    chunk.push(handle(item));
    if (chunk.length < chunkSize) continue;
    await Promise.all(chunk);
    chunk = [];
  }
  await Promise.all(chunk);
}

/** One row that can never be written must not keep the others from being registered; its own `register` heard of it. */
function unlessItemsFault(error: unknown): void {
  if (!(error instanceof HotQueryError)) throw error;
}

/** A removal fails only where there is nothing to remove: the row could never be written, or the registry was closed. */
function isMoot(): void {
  // Nobody has anything to do about it.
}

/** The connections that are left when their server goes; nobody is told of channels. */
function tellGone(table: (typeof OWNED_TABLES)[number]): string | undefined {
  if (table !== 'connections') return undefined;
  const server = '(SELECT server_id FROM servers WHERE slot = $3::int AND epoch = $4::int8)';
  return tellDisconnected('gone', { server, code: '4000', reason: `'going away'` });
}
