import { int8AsNumber } from '@switchboard/database';
import { Column, Entity, PrimaryColumn } from 'typeorm';

/** The last number that a stream gave out. A row is never deleted: a new one would give out its numbers again. */
@Entity('streams', { comment: 'One row per stream, never deleted: a new row would give out its numbers again' })
export class StreamHead {
  @PrimaryColumn({ type: 'text', collation: 'C' })
  key!: string;

  @Column({ type: 'bigint', transformer: int8AsNumber })
  head!: number;
}
