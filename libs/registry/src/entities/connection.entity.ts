import { int8AsNumber } from '@switchboard/database';
import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/**
 * One live socket, and the server that holds it: it counts while the server of its slot has its epoch and a living lease.
 *
 * The table is logged. An unlogged one would save 400 bytes of WAL and about 10 µs for each row, but a crash of the database empties it
 * under servers that live on; they would need a marker that vanishes with it to know that they must register again.
 */
@Entity('connections')
export class Connection {
  @PrimaryColumn('text', { name: 'user_id', collation: 'C' })
  userId!: string;

  @Index('connections_id')
  @PrimaryColumn('uuid')
  id!: string;

  @Column('int')
  slot!: number;

  @Column('bigint', { transformer: int8AsNumber })
  epoch!: number;

  /** The client's stable name across reconnects, if it gave one. */
  @Column('text', { nullable: true })
  device!: string | null;

  @Column('timestamptz', { name: 'connected_at' })
  connectedAt!: Date;

  /** What the token said of the connection. `json`, since `jsonb` refuses \u0000 and would change numbers and the order of keys. */
  @Column('json', { nullable: true })
  meta!: Readonly<Record<string, unknown>> | null;
}
