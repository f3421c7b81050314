import type { GapReason } from '@switchboard/protocol';
import { INCARNATION_SPAN } from './incarnation';
import type { LogPage } from './log-page';

/** The messages after + 1 to `through` will never come. */
export interface Gap {
  readonly after: number;
  readonly through: number;
  readonly reason: GapReason;
}

/**
 * The numbers of (after, through] that have no row, in order. They are `expired`; but up to where a later incarnation of the log begins
 * they are `lost`, since what expired there cannot be told from what a restore has forgotten.
 */
export function gapsOf({ after, through, rows }: Pick<LogPage, 'after' | 'through'> & { rows: readonly { seq: number }[] }): Gap[] {
  const gaps: Gap[] = [];
  let position = after;
  for (const { seq } of rows) {
    addGaps(gaps, position, seq - 1);
    position = seq;
  }
  addGaps(gaps, position, through);
  return gaps;
}

function addGaps(gaps: Gap[], after: number, through: number): void {
  if (through <= after) return;
  const boundary = Math.floor(through / INCARNATION_SPAN) * INCARNATION_SPAN;
  const expiredAfter = Math.max(after, boundary);
  if (expiredAfter > after) gaps.push({ after, through: expiredAfter, reason: 'lost' });
  if (through > expiredAfter) gaps.push({ after: expiredAfter, through, reason: 'expired' });
}
