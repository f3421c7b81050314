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
 * The numbers of (after, through] that have no row, in order. Those that were taken back are `recalled`, the others `expired`; but up to
 * where a later incarnation of the log begins they are `lost`, since what expired there cannot be told from what a restore has forgotten.
 */
export function gapsOf({
  after,
  through,
  rows,
  recalled = [],
}: Pick<LogPage, 'after' | 'through'> & Partial<Pick<LogPage, 'recalled'>> & { rows: readonly { seq: number }[] }): Gap[] {
  const gaps: Gap[] = [];
  const known = [...rows.map(({ seq }) => ({ seq, isRecalled: false })), ...recalled.map((seq) => ({ seq, isRecalled: true }))];
  let position = after;
  for (const { seq, isRecalled } of known.sort((one, other) => one.seq - other.seq)) {
    addMissing(gaps, position, seq - 1);
    if (isRecalled) addGap(gaps, { after: seq - 1, through: seq, reason: 'recalled' });
    position = seq;
  }
  addMissing(gaps, position, through);
  return gaps;
}

function addMissing(gaps: Gap[], after: number, through: number): void {
  if (through <= after) return;
  const boundary = Math.floor(through / INCARNATION_SPAN) * INCARNATION_SPAN;
  const expiredAfter = Math.max(after, boundary);
  if (expiredAfter > after) addGap(gaps, { after, through: expiredAfter, reason: 'lost' });
  if (through > expiredAfter) addGap(gaps, { after: expiredAfter, through, reason: 'expired' });
}

/** What follows a gap for the same reason makes it longer. */
function addGap(gaps: Gap[], gap: Gap): void {
  const last = gaps.at(-1);
  if (last?.reason === gap.reason && last.through === gap.after) gaps[gaps.length - 1] = { ...last, through: gap.through };
  else gaps.push(gap);
}
