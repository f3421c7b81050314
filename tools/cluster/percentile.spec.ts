import { percentile } from './percentile';

describe('percentile', () => {
  const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);

  it.each([
    [0, 1],
    [0.5, 50],
    [0.99, 99],
    [1, 100],
  ])('of the numbers 1 to 100, a share of %d does not exceed %d', (share, expected) => {
    expect(percentile(hundred, share)).toBe(expected);
  });

  it('is not a number where there are no values', () => {
    expect(percentile([], 0.5)).toBeNaN();
  });
});
