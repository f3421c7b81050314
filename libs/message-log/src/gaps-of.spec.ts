import fc from 'fast-check';
import { gapsOf } from './gaps-of';

const SPAN = 2 ** 32;
const rows = (...seqs: number[]): { seq: number }[] => seqs.map((seq) => ({ seq }));

describe('gapsOf', () => {
  it('finds none where nothing is missing', () => {
    expect(gapsOf({ after: 3, through: 5, rows: rows(4, 5) })).toEqual([]);
    expect(gapsOf({ after: 3, through: 3, rows: [] })).toEqual([]);
  });

  it('calls expired what is missing before, between and behind the rows', () => {
    expect(gapsOf({ after: 0, through: 9, rows: rows(3, 5) })).toEqual([
      { after: 0, through: 2, reason: 'expired' },
      { after: 3, through: 4, reason: 'expired' },
      { after: 5, through: 9, reason: 'expired' },
    ]);
  });

  it('calls lost what is missing up to where an incarnation begins', () => {
    expect(gapsOf({ after: 90, through: SPAN + 5, rows: rows(SPAN + 4, SPAN + 5) })).toEqual([
      { after: 90, through: SPAN, reason: 'lost' },
      { after: SPAN, through: SPAN + 3, reason: 'expired' },
    ]);
    expect(gapsOf({ after: 90, through: 2 * SPAN + 1, rows: rows(2 * SPAN + 1) })).toEqual([
      { after: 90, through: 2 * SPAN, reason: 'lost' },
    ]);
    expect(gapsOf({ after: SPAN, through: SPAN + 2, rows: rows(SPAN + 2) })).toEqual([
      { after: SPAN, through: SPAN + 1, reason: 'expired' },
    ]);
  });

  it('finds none if the log went back', () => {
    expect(gapsOf({ after: 9, through: 4, rows: [] })).toEqual([]);
  });

  it('covers every number once, by a row or by a gap', () => {
    const near = fc
      .tuple(fc.integer({ min: 0, max: 3 }), fc.integer({ min: -5, max: 5 }))
      .map(([k, offset]) => Math.max(0, k * SPAN + offset));
    fc.assert(
      fc.property(near, near, fc.uniqueArray(near), (one, other, seqs) => {
        const [after, through] = one < other ? [one, other] : [other, one];
        const inside = seqs.filter((seq) => seq > after && seq <= through).sort((a, b) => a - b);
        const gaps = gapsOf({ after, through, rows: rows(...inside) });
        const pieces = [...gaps, ...inside.map((seq) => ({ after: seq - 1, through: seq }))].sort((a, b) => a.after - b.after);
        let position = after;
        for (const piece of pieces) {
          expect(piece.after).toBe(position);
          expect(piece.through).toBeGreaterThan(piece.after);
          position = piece.through;
        }
        expect(position).toBe(through);
      }),
      { numRuns: 2_000 },
    );
  });
});
