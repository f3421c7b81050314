import { byteaArray, int4Array, int8Array, textArray } from './binary-array';

describe('binary arrays', () => {
  it('have the layout of PostgreSQL', () => {
    expect(textArray(['é', null]).toString('hex')).toBe(
      ['00000001', '00000001', '00000019', '00000002', '00000001', '00000002', 'c3a9', 'ffffffff'].join(''),
    );
    expect(int4Array([-2]).toString('hex')).toBe(
      ['00000001', '00000000', '00000017', '00000001', '00000001', '00000004', 'fffffffe'].join(''),
    );
    expect(
      int8Array([2 ** 53 - 1])
        .subarray(20)
        .toString('hex'),
    ).toBe('00000008001fffffffffffff');
  });

  it('have no dimension if they are empty', () => {
    expect(byteaArray([]).toString('hex')).toBe('000000000000000000000011');
  });

  it('refuse numbers that are not whole or do not fit', () => {
    expect(() => int8Array([1.5])).toThrow(RangeError);
    expect(() => int4Array([2 ** 31])).toThrow('out of range');
  });
});
