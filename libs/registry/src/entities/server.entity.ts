import { int8AsNumber } from '@switchboard/database';
import { Column, Entity, PrimaryColumn } from 'typeorm';

/**
 * One slot, and the server that leases it. A row is made for each slot of the bus and never deleted, so that its epoch only grows: rows
 * of `connections` and `channel_servers` count while the server of their slot has their epoch and its lease is alive.
 */
@Entity('servers')
export class Server {
  @PrimaryColumn('int')
  slot!: number;

  /** Grows whenever the slot is leased, given back, or taken from a server that is long dead. */
  @Column('bigint', { transformer: int8AsNumber })
  epoch!: number;

  /** Who leases the slot, or leased it last; null if nobody did since the epoch was raised. */
  @Column('text', { name: 'server_id', nullable: true })
  serverId!: string | null;

  /** What the server is for (`ServerRole`); null where `serverId` is. */
  @Column('text', { nullable: true })
  role!: string | null;

  /** Where the server can be reached, as it said itself. */
  @Column('text', { nullable: true })
  address!: string | null;

  /** When the present lease began. */
  @Column('timestamptz', { name: 'leased_at', nullable: true })
  leasedAt!: Date | null;

  /** On the database's clock; 1970 if the slot is free without ever having been leased, or was given back. */
  @Column('timestamptz', { name: 'lease_until' })
  leaseUntil!: Date;

  /** Rows of this slot with a lower epoch have been deleted. */
  @Column('bigint', { name: 'swept_epoch', transformer: int8AsNumber })
  sweptEpoch!: number;
}
