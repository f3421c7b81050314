import fc from 'fast-check';
import { SplitLines, type Line } from './split-lines';

const MOST_BYTES = 8;

function split(chunks: readonly Buffer[]): Line[] {
  const lines = new SplitLines(MOST_BYTES);
  return [...chunks.flatMap((chunk) => [...lines.add(chunk)]), ...lines.end()];
}

describe('Lines', () => {
  it('are the same however the bytes are cut into chunks, and none is over the limit', () => {
    const text = fc.array(fc.constantFrom('a', 'b', '\n', '\n', '12345'), { maxLength: 60 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(text, fc.array(fc.nat(80)), (whole, cuts) => {
        const places = [0, ...cuts.filter((cut) => cut < whole.length).sort((one, other) => one - other), whole.length];
        const chunks = places.slice(1).map((end, index) => Buffer.from(whole.slice(places[index], end)));
        const expected = whole.split('\n').map((line) => (line.length > MOST_BYTES ? 'too_long' : line));
        if (expected.at(-1) === '') expected.pop();
        expect(split(chunks).map(String)).toEqual(expected);
      }),
      { numRuns: 2_000 },
    );
  });
});
