import { backoffMs } from './backoff';

describe('backoffMs', () => {
  it('doubles up to a second', () => {
    expect([1, 2, 3, 4, 5, 50].map((failures) => backoffMs(failures, () => 0))).toEqual([100, 200, 400, 800, 1000, 1000]);
  });

  it('spreads servers over half of it', () => {
    expect(backoffMs(1, () => 0.999)).toBeCloseTo(50, 0);
  });
});
