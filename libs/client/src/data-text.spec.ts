import fc from 'fast-check';
import { dataTextOf } from './data-text';

describe('dataTextOf', () => {
  it.each([
    ['a number too large for JavaScript', '12345678901234567890'],
    ['a number with digits that printing drops', '1.0e+05'],
    ['keys that JSON.parse would sort or merge', '{"b":1,"10":2,"a":3,"2":4,"b":5}'],
    ['a string with escapes', '"\\u0041\\/\\n\\"data\\":1}"'],
    ['data within data', '{"data":{"data":[1,"}"]}}'],
    ['null', 'null'],
  ])('gives %s as it came', (_, data) => {
    expect(dataTextOf(`{"type":"message","stream":"user:42","data":${data}}`)).toBe(data);
  });

  it.each([
    ['a name that looks like it', '{"type":"message","stream":"user:\\"data\\":7","data":1}'],
    ['a name that is it', '{"type":"message","stream":"data","event":"data","data":1}'],
    ['a nested field of a later version', '{"type":"message","later":{"data":2,"x":[{"data":3}]},"data":1}'],
    ['a key that ends like it', '{"type":"message","x\\"data":2,"data":1}'],
    ['space around it', '{ "type" : "message" , "data" : 1 }\n'],
  ])('is not misled by %s', (_, frame) => {
    expect(dataTextOf(frame)).toBe('1');
  });

  it('finds nothing where there is nothing', () => {
    expect(dataTextOf('{"type":"message","event":"data"}')).toBeUndefined();
  });

  it('finds what was written, whatever the other fields hold', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.json(), (fields, data) => {
        const head = JSON.stringify({ ...fields, type: 'message', data: undefined });
        expect(dataTextOf(`${head.slice(0, -1)},"data":${data}}`)).toBe(data.trim());
      }),
      { numRuns: 2_000 },
    );
  });
});
