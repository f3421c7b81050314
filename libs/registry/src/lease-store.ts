import { hotStatement, type HotConnection } from '@switchboard/database';
import type { Lease } from './lease';

/** What servers are for: a gateway holds sockets, an API process only waits for answers. A process that does both is a gateway. */
export type ServerRole = 'gateway' | 'api';

/** What a server asks for. */
export interface LeaseRequest {
  readonly serverId: string;
  readonly role: ServerRole;
  /** Where the server can be reached, for administrators. */
  readonly address?: string | undefined;
  /** Slots from 1 to this one may be leased; rows that are missing are made. */
  readonly maxSlot: number;
  readonly leaseMs: number;
}

/** A lease as its owner names it to the database. */
export interface OwnedLease extends Lease {
  readonly serverId: string;
}

/** What the database says of a lease that it has just given or prolonged. */
export interface GrantedLease extends Lease {
  /** The database's clock at that moment, in milliseconds since 1970. */
  readonly databaseTimeMs: number;
}

/** `taken`: another server has leased the slot since, or its epoch was raised because it had lapsed for long. */
export type Renewal =
  { readonly outcome: 'renewed'; readonly hadLapsed: boolean; readonly databaseTimeMs: number } | { readonly outcome: 'taken' };

/** How many slots there are, and how many of them are leased at this moment. */
export interface SlotCount {
  readonly slots: number;
  readonly leased: number;
}

const DATABASE_TIME = '(extract(epoch FROM clock_timestamp()) * 1000)::float8';
const LEASE_END = `clock_timestamp() + $3::int8 * interval '1 millisecond'`;

const MAKE_SLOTS = hotStatement(
  'make_slots',
  `INSERT INTO servers (slot, epoch, lease_until, swept_epoch)
   SELECT g.slot, 0, 'epoch', 0 FROM generate_series(1, $1::int) AS g(slot)
   WHERE NOT EXISTS (SELECT FROM servers s WHERE s.slot = g.slot)
   ON CONFLICT (slot) DO NOTHING`,
);

// The slot that lapsed longest ago comes first: its former owner is the least likely to come back and need it.
const ACQUIRE = hotStatement(
  'acquire_lease',
  `UPDATE servers SET server_id = $1, role = $5, address = $2, epoch = epoch + 1, leased_at = clock_timestamp(), lease_until = ${LEASE_END}
   WHERE slot = (SELECT slot FROM servers WHERE slot BETWEEN 1 AND $4::int AND lease_until < clock_timestamp()
                 ORDER BY lease_until, slot LIMIT 1 FOR UPDATE SKIP LOCKED)
   RETURNING slot, epoch, ${DATABASE_TIME}`,
);

const COUNT_SLOTS = hotStatement(
  'count_slots',
  `SELECT count(*)::int, count(*) FILTER (WHERE lease_until >= clock_timestamp())::int FROM servers WHERE slot BETWEEN 1 AND $1::int`,
);

// Joined with itself for the end of the lease before this renewal: only PostgreSQL 18 can return old values.
const RENEW = hotStatement(
  'renew_lease',
  `UPDATE servers s SET lease_until = ${LEASE_END} FROM servers before
   WHERE s.slot = $1::int AND s.epoch = $2::int8 AND s.server_id = $4 AND before.slot = s.slot
   RETURNING before.lease_until < clock_timestamp(), ${DATABASE_TIME}`,
);

const RELEASE = hotStatement(
  'release_lease',
  `UPDATE servers SET epoch = epoch + 1, server_id = NULL, role = NULL, address = NULL, leased_at = NULL, lease_until = 'epoch'
   WHERE slot = $1::int AND epoch = $2::int8 AND server_id = $3`,
);

/** How often a try that found only slots which others were just taking is repeated at once. */
const TRIES = 3;

/** Leases of slots, in the table `servers`. Only the database's clock decides. Every method rejects with HotQueryError if the database fails. */
export class LeaseStore {
  /** @param hot best a pool of its own: renewals must not wait behind other statements */
  constructor(private readonly hot: HotConnection) {}

  /** Leases a slot whose lease is over, with a new epoch; undefined if there is none. */
  async acquire({ serverId, role, address, maxSlot, leaseMs }: LeaseRequest): Promise<GrantedLease | undefined> {
    await this.hot.query(MAKE_SLOTS, [maxSlot]);
    for (let tries = 0; tries < TRIES; tries += 1) {
      const [row] = await this.hot.query<[number, number, number]>(ACQUIRE, [serverId, address ?? null, leaseMs, maxSlot, role]);
      if (row !== undefined) return { slot: row[0], epoch: row[1], databaseTimeMs: row[2] };
      const { slots, leased } = await this.count(maxSlot);
      if (slots === leased) break;
    }
    return undefined;
  }

  /** Prolongs a lease; also one that is over, if nobody has taken it. */
  async renew({ slot, epoch, serverId, leaseMs }: OwnedLease & { readonly leaseMs: number }): Promise<Renewal> {
    const [row] = await this.hot.query<[boolean, number]>(RENEW, [slot, epoch, leaseMs, serverId]);
    return row === undefined ? { outcome: 'taken' } : { outcome: 'renewed', hadLapsed: row[0], databaseTimeMs: row[1] };
  }

  /** Gives a slot back, and makes whatever rows of it are left worthless. Does nothing if it was taken. */
  async release({ slot, epoch, serverId }: OwnedLease): Promise<void> {
    await this.hot.query(RELEASE, [slot, epoch, serverId]);
  }

  /** Counts the slots from 1 to `maxSlot`. */
  async count(maxSlot: number): Promise<SlotCount> {
    const [row] = await this.hot.query<[number, number]>(COUNT_SLOTS, [maxSlot]);
    return { slots: row?.[0] ?? 0, leased: row?.[1] ?? 0 };
  }
}
