import fc from 'fast-check';
import { SwitchboardError } from '../error-codes';
import { splitBody } from './split-body';

const space = fc.stringMatching(/^[ \t\r\n]{0,3}$/);
const otherKey = fc.string({ unit: 'binary' }).filter((key) => key !== 'data');

/** A JSON text of a value with spacing of any kind between its parts. */
function written(value: unknown, spacing: string): string {
  return JSON.stringify(value, null, spacing.replaceAll(/[\r\n]/g, ' '));
}

function codeOf(body: Buffer): string {
  try {
    splitBody(body);
    return 'ok';
  } catch (error) {
    if (error instanceof SwitchboardError) return error.code;
    throw error;
  }
}

describe('splitBody', () => {
  it('gives the bytes of data as they were written, wherever it stands', () => {
    fc.assert(
      fc.property(fc.json(), fc.dictionary(otherKey, fc.jsonValue()), fc.nat(), space, space, (data, others, place, before, after) => {
        const fields = Object.entries(others).map(([key, value]) => `${JSON.stringify(key)}${before}:${after}${written(value, before)}`);
        fields.splice(place % (fields.length + 1), 0, `"data"${after}:${before}${data}`);
        const body = Buffer.from(`${before}{${after}${fields.join(`${before},${after}`)}${before}}${after}`);
        const split = splitBody(body);
        expect(split.data?.toString()).toBe(data.trim());
        expect(split.fields).toEqual(JSON.parse(body.toString()));
      }),
      { numRuns: 300 },
    );
  });

  it.each([
    '12345678901234567890',
    '1.0',
    '1E400',
    '-0',
    '{"b":1,"a":2,"b":3}',
    '{ "data" : {"data":[ ] } }',
    '"\\u00e9\\/\\ud83d\\ude00 😀 \\" \\\\"',
    '"\\\\"',
    '"}],\\"data\\":1"',
    '"\\ud800"',
    '[[],[{}],"]"]',
    'null',
    'true',
    '""',
  ])('leaves %s untouched', (data) => {
    expect(splitBody(Buffer.from(`{"event":"e","data":${data},"x":1}`)).data?.toString()).toBe(data);
    expect(splitBody(Buffer.from(`{"data":${data}}`)).data?.toString()).toBe(data);
    expect(splitBody(Buffer.from(`{"data": ${data} }`)).data?.toString()).toBe(data);
  });

  it('knows data by its name, however the name is written', () => {
    expect(splitBody(Buffer.from('{"d\\u0061ta":7}')).data?.toString()).toBe('7');
    expect(splitBody(Buffer.from('{"dat\\\\a":7}')).data).toBeUndefined();
  });

  it.each(['{"data":1,"data":2}', '{"data":1,"d\\u0061ta":2}', '{"event":"a","data":1,"event":"a"}', '{"__proto__":1,"__proto__":1}'])(
    'refuses %s, whose readers would not agree',
    (body) => {
      expect(codeOf(Buffer.from(body))).toBe('invalid_field');
    },
  );

  it.each([
    '',
    ' ',
    '[]',
    'null',
    '"data"',
    '1',
    '{',
    '{"data":}',
    '{"data":1}}',
    '{"data":01}',
    "{'data':1}",
    '\ufeff{"data":1}',
    '{"data":NaN}',
  ])('refuses %j, which is not a JSON object', (body) => {
    expect(codeOf(Buffer.from(body))).toBe('invalid_json');
  });

  it('refuses bytes that are not UTF-8, even inside a string', () => {
    expect(codeOf(Buffer.from([...Buffer.from('{"data":"'), 0xff, ...Buffer.from('"}')]))).toBe('invalid_json');
    expect(codeOf(Buffer.from([...Buffer.from('{"data":"'), 0xed, 0xa0, 0x80, ...Buffer.from('"}')]))).toBe('invalid_json');
  });

  it('takes nesting as deep as a body can be', () => {
    const data = '['.repeat(30_000) + ']'.repeat(30_000);
    expect(splitBody(Buffer.from(`{"data":${data}}`)).data?.toString()).toBe(data);
  });

  it('answers garbage with an error of its own, and never hangs', () => {
    const fragment = fc.constantFrom('{', '}', '[', ']', '"', '\\', ':', ',', ' ', 'data', '1', '\\u0061', 'null', '"data":');
    const almostJson = fc.array(fragment, { maxLength: 30 }).map((parts) => Buffer.from(parts.join('')));
    const anything = fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes));
    fc.assert(
      fc.property(fc.oneof(almostJson, anything), (body) => {
        expect(['ok', 'invalid_json', 'invalid_field']).toContain(codeOf(body));
      }),
      { numRuns: 3_000 },
    );
  });
});
