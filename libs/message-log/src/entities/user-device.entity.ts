import { int8AsNumber } from '@switchboard/database';
import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A device of a user, and how far it has acknowledged the user's stream. */
@Entity('user_devices')
export class UserDevice {
  @PrimaryColumn({ name: 'user_id', type: 'text', collation: 'C' })
  user!: string;

  @PrimaryColumn({ type: 'text', collation: 'C' })
  device!: string;

  /** All up to here has been handled, or came before the device began. */
  @Column({ type: 'bigint', transformer: int8AsNumber })
  cursor!: number;

  /** When it connected or acknowledged last, to the hour. */
  @Column({ name: 'seen_at', type: 'timestamptz' })
  seenAt!: Date;
}
