import { int8AsNumber } from '@switchboard/database';
import { Column, Entity, PrimaryColumn } from 'typeorm';

/** How far a user has acknowledged the own stream on whichever device; it outlives the devices. */
@Entity('user_cursors')
export class UserCursor {
  @PrimaryColumn({ name: 'user_id', type: 'text', collation: 'C' })
  user!: string;

  @Column({ type: 'bigint', transformer: int8AsNumber })
  acked!: number;
}
