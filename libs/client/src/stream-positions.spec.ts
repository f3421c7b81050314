import fc from 'fast-check';
import { StreamPositions } from './stream-positions';

const STREAM = 'user:42';

describe('StreamPositions', () => {
  it('takes the message behind the position, drops what was seen, and finds a hole', () => {
    const positions = new StreamPositions({ [STREAM]: 3 }, 10);
    expect(positions.message(STREAM, 3, 4)).toBe('next');
    expect(positions.message(STREAM, 3, 4)).toBe('seen');
    expect(positions.message(STREAM, 0, 1)).toBe('seen');
    expect(positions.message(STREAM, 5, 6)).toBe('lost');
    expect(positions.get(STREAM)).toBe(4);
  });

  it('moves over a gap that it is told of, and over none that begins too far on', () => {
    const positions = new StreamPositions({ [STREAM]: 3 }, 10);
    expect(positions.gap(STREAM, 3, 9)).toBe('next');
    expect(positions.message(STREAM, 9, 10)).toBe('next');
    expect(positions.gap(STREAM, 3, 9)).toBe('seen');
    expect(positions.gap(STREAM, 11, 12)).toBe('lost');
    expect(positions.get(STREAM)).toBe(10);
  });

  it('begins an unknown stream where the server says', () => {
    const positions = new StreamPositions({}, 10);
    expect(positions.begin(STREAM, 7)).toBeUndefined();
    expect(positions.message(STREAM, 7, 8)).toBe('next');
  });

  it('begins a stream that no start was told of at its first message', () => {
    const positions = new StreamPositions({}, 10);
    expect(positions.message(STREAM, 7, 8)).toBe('next');
    expect(positions.message(STREAM, 9, 10)).toBe('lost');
  });

  it('keeps its position if the server begins earlier, and tells of the gap if it begins later', () => {
    const positions = new StreamPositions({ [STREAM]: 5 }, 10);
    expect(positions.begin(STREAM, 2)).toBeUndefined();
    expect(positions.get(STREAM)).toBe(5);
    expect(positions.begin(STREAM, 9)).toEqual({ after: 5, through: 9 });
    expect(positions.get(STREAM)).toBe(9);
  });

  it('forgets the stream that was quiet longest when there are too many', () => {
    const positions = new StreamPositions({ a: 1, b: 1 }, 2);
    positions.message('a', 1, 2);
    positions.begin('c', 1);
    expect(positions.toRecord()).toEqual({ a: 2, c: 1 });
  });

  it('never repeats, and never jumps over a number that was not told of, whatever the network does', () => {
    // A log of 40 numbers of which some have expired, read over connections that lose, repeat and swap frames and end at any time.
    const HEAD = 40;
    const connection = fc.record({
      startsEarlierBy: fc.nat(3),
      isStartBeyond: fc.boolean(),
      faults: fc.array(fc.constantFrom('keep', 'keep', 'keep', 'lose', 'repeat', 'swap'), { maxLength: HEAD }),
    });
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.integer({ min: 1, max: HEAD }), { maxLength: 10 }),
        fc.array(connection, { maxLength: 12 }),
        (expired, connections) => {
          const positions = new StreamPositions({ [STREAM]: 0 }, 4);
          const accountedFor: number[] = [];
          const tell = (after: number, through: number): void => {
            for (let seq = after + 1; seq <= through; seq += 1) accountedFor.push(seq);
          };
          for (const { startsEarlierBy, isStartBeyond, faults } of connections) {
            const position = positions.get(STREAM) ?? 0;
            const start = isStartBeyond ? Math.min(HEAD, position + 2) : Math.max(0, position - startsEarlierBy);
            const untold = positions.begin(STREAM, start);
            if (untold) tell(untold.after, untold.through);
            for (const seq of delivery(start, HEAD, faults)) {
              const before = positions.get(STREAM) ?? 0;
              const verdict = expired.includes(seq) ? positions.gap(STREAM, seq - 1, seq) : positions.message(STREAM, seq - 1, seq);
              if (verdict === 'next') tell(before, seq);
              if (verdict === 'lost') break;
            }
          }
          expect(accountedFor).toEqual(Array.from(accountedFor, (_, index) => index + 1));
          expect(accountedFor).toHaveLength(positions.get(STREAM) ?? 0);
        },
      ),
      { numRuns: 5_000 },
    );
  });
});

function delivery(after: number, head: number, faults: readonly string[]): number[] {
  const sent: number[] = [];
  for (let seq = after + 1; seq <= head && seq - after <= faults.length; seq += 1) {
    const fault = faults[seq - after - 1];
    if (fault !== 'lose') sent.push(seq);
    if (fault === 'repeat') sent.push(seq, Math.max(1, seq - 2));
    const last = sent.length - 1;
    if (fault === 'swap' && last > 0) sent.splice(last - 1, 2, sent[last] ?? 0, sent[last - 1] ?? 0);
  }
  return sent;
}
