import { int8AsNumber } from '@switchboard/database';
import { Column, Entity, PrimaryColumn } from 'typeorm';

/**
 * A server that has at least one subscriber of a channel. How many it has only the server itself knows: a count here would be one row that
 * every subscription writes. Logged, for the reason that `Connection` gives.
 */
@Entity('channel_servers')
export class ChannelServer {
  @PrimaryColumn('text', { collation: 'C' })
  channel!: string;

  @PrimaryColumn('int')
  slot!: number;

  @Column('bigint', { transformer: int8AsNumber })
  epoch!: number;
}
