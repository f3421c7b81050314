import { int8AsNumber } from '@switchboard/database';
import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A key under which a message was sent, and the answer that was given. */
@Entity('idempotency_keys')
export class IdempotencyKey {
  @PrimaryColumn({ type: 'text', collation: 'C' })
  stream!: string;

  @PrimaryColumn({ type: 'text', collation: 'C' })
  sender!: string;

  @PrimaryColumn({ type: 'text', collation: 'C' })
  key!: string;

  /** 128 bits of a hash of the message. */
  @Column({ type: 'uuid' })
  hash!: string;

  @Column({ type: 'uuid' })
  id!: string;

  @Column({ type: 'bigint', transformer: int8AsNumber })
  seq!: number;

  @Column({ name: 'created_at', type: 'timestamptz' })
  createdAt!: Date;

  @Column({ name: 'expires_at', type: 'timestamptz' })
  expiresAt!: Date;
}
