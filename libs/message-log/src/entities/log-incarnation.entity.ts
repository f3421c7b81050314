import { Check, Column, Entity, PrimaryColumn } from 'typeorm';

/** The one row that says which database this log last ran in, and how often that has changed. */
@Entity('log_incarnation')
@Check('log_incarnation_one_check', 'one')
export class LogIncarnation {
  @PrimaryColumn({ type: 'boolean', default: true })
  one!: true;

  @Column({ type: 'integer' })
  incarnation!: number;

  /** A 64-bit number, which does not fit a JavaScript number. */
  @Column({ name: 'system_identifier', type: 'bigint' })
  systemIdentifier!: string;

  /** Eight hexadecimal digits. */
  @Column({ type: 'text' })
  timeline!: string;
}
