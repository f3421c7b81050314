import { int8AsNumber } from '@switchboard/database';
import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** A user whose connections follow a channel, now and later, since a service said so. */
@Entity('channel_members')
export class ChannelMember {
  @PrimaryColumn('text', { collation: 'C' })
  channel!: string;

  @Index('channel_members_user_id')
  @PrimaryColumn('text', { name: 'user_id', collation: 'C' })
  userId!: string;

  /** The head of the channel's stream when the membership began: the user gets what came after it. */
  @Column('bigint', { transformer: int8AsNumber })
  since!: number;
}
