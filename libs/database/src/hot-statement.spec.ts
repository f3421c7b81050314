import { hotStatement } from './hot-statement';

describe('hotStatement', () => {
  it('gives different texts different names', () => {
    expect(hotStatement('append', 'SELECT 1').name).not.toBe(hotStatement('append', 'SELECT 2').name);
    expect(hotStatement('append', 'SELECT 1')).toEqual(hotStatement('append', 'SELECT 1'));
  });
});
