import { int8AsNumber } from '@switchboard/database';
import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** A message of the log. The table is partitioned by day of expiry, so a look-up that knows `expiresAt` touches one partition only. */
@Entity('messages')
export class StoredMessage {
  @PrimaryColumn({ type: 'text', collation: 'C' })
  stream!: string;

  @PrimaryColumn({ type: 'bigint', transformer: int8AsNumber })
  seq!: number;

  /** Part of the key only because the key of a partitioned table must hold what it is partitioned by. */
  @Index('messages_expires_at', { synchronize: false }) // Of a kind that TypeORM does not know: see the migration.
  @PrimaryColumn({ name: 'expires_at', type: 'timestamptz' })
  expiresAt!: Date;

  @Column({ type: 'uuid' })
  id!: string;

  /** In whole milliseconds. */
  @Column({ name: 'created_at', type: 'timestamptz' })
  createdAt!: Date;

  /** When it was taken back, if it was; then there is no content. */
  @Column({ name: 'recalled_at', type: 'timestamptz', nullable: true })
  recalledAt!: Date | null;

  /** The content, in UTF-8. */
  @Column({ type: 'bytea' })
  payload!: Buffer;
}
