import { queryNumber } from './query-number';

const LIMIT = { name: 'limit', min: 1, max: 1_000, fallback: 100 };

describe('queryNumber', () => {
  it.each([
    [undefined, 100],
    ['1', 1],
    ['1000', 1_000],
    ['007', 7],
  ])('takes %s as %d', (text, value) => {
    expect(queryNumber(text, LIMIT)).toBe(value);
  });

  it.each(['', '0', '1001', '-1', '1.5', '1e2', ' 1', '0x1', '9'.repeat(17), 'NaN'])('refuses %j', (text) => {
    expect(() => queryNumber(text, LIMIT)).toThrow(expect.objectContaining({ code: 'invalid_path' }) as Error);
  });
});
