import { int8AsNumber } from '@switchboard/database';
import { Column, Entity, PrimaryColumn } from 'typeorm';

const COMMENT = 'A row is never deleted: with a new one the version would begin anew, and a change could go unnoticed';

/** How often the memberships of a user have changed; without a row: never. */
@Entity('user_memberships', { comment: COMMENT })
export class UserMembershipsVersion {
  @PrimaryColumn('text', { name: 'user_id', collation: 'C' })
  userId!: string;

  @Column('bigint', { transformer: int8AsNumber })
  version!: number;
}
