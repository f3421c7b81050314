import fc from 'fast-check';
import { encodeContent } from './content';
import { decodeMessageId, encodeMessageId } from './message-id';
import { encodeMessageFrame } from './message-frame';
import { decodeStreamEvent, encodeStreamEvent, EventFormatError } from './stream-event';

const seq = fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER });
const stream = fc.string({ unit: 'grapheme', maxLength: 64 }).map((user) => `user:${user}`);
const timeMs = fc.integer({ min: 0, max: 8.64e15 });
const json = fc.json().map((text) => Buffer.from(text));
const event = fc.record({
  stream,
  seq,
  id: fc.base64String(),
  timeMs,
  expiresAtMs: timeMs,
  content: fc.uint8Array().map((bytes) => Buffer.from(bytes)),
});
const RUNS = { numRuns: 2_000 };

describe('A stream event', () => {
  it('is read as it was written, whatever its content is', () => {
    fc.assert(
      fc.property(event, (written) => {
        expect(decodeStreamEvent(encodeStreamEvent(written))).toEqual(written);
      }),
      RUNS,
    );
  });

  it.each([
    ['nothing', ''],
    ['no header line', '{"v":1}'],
    ['a header that is not JSON', 'garbage\n'],
    ['a newer version', '{"v":2,"stream":"user:1","seq":1,"id":"x","time":1,"expires":1}\n'],
    ['null', 'null\n'],
    ['no stream', '{"v":1,"seq":1,"id":"x","time":1,"expires":1}\n'],
    ['a seq of 0', '{"v":1,"stream":"user:1","seq":0,"id":"x","time":1,"expires":1}\n'],
    ['a seq beyond 2^53', '{"v":1,"stream":"user:1","seq":9007199254740993,"id":"x","time":1,"expires":1}\n'],
    ['a time that no Date can hold', '{"v":1,"stream":"user:1","seq":1,"id":"x","time":9000000000000000,"expires":1}\n'],
    ['an expiry that is no number', '{"v":1,"stream":"user:1","seq":1,"id":"x","time":1,"expires":"1"}\n'],
  ])('is refused for %s', (_, text) => {
    expect(() => decodeStreamEvent(Buffer.from(text))).toThrow(EventFormatError);
  });

  it('is refused, and nothing else happens, for any garbage', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(() => decodeStreamEvent(Buffer.from(bytes))).toThrow(EventFormatError);
      }),
      RUNS,
    );
  });
});

describe('A message id', () => {
  it('tells where the message stands', () => {
    const uuid = fc.uint8Array({ minLength: 16, maxLength: 16 }).map((bytes) => Buffer.from(bytes));
    fc.assert(
      fc.property(fc.record({ uuid, stream, seq }), (reference) => {
        const id = encodeMessageId(reference);
        expect(id).toMatch(/^[A-Za-z0-9_-]+$/);
        expect(decodeMessageId(id)).toEqual(reference);
      }),
      RUNS,
    );
  });
});

describe('The frame of a message', () => {
  it('holds the bytes of the data as they are, last, and is JSON', () => {
    fc.assert(
      fc.property(event, json, fc.option(fc.string(), { nil: undefined }), ({ stream: key, seq: number, id, timeMs: time }, data, name) => {
        const frame = encodeMessageFrame({
          stream: key,
          seq: number,
          id,
          timeMs: time,
          content: encodeContent({ event: name }, data),
        }).toString();
        expect(frame.endsWith(`"data":${data.toString()}}`)).toBe(true);
        const expected = { type: 'message', stream: key, seq: number, after: number - 1, id, time: new Date(time).toISOString() };
        expect(JSON.parse(frame)).toEqual({
          ...expected,
          ...(name === undefined ? {} : { event: name }),
          data: JSON.parse(data.toString()) as unknown,
        });
      }),
      RUNS,
    );
  });

  it('names who sent it, where somebody did', () => {
    expect(encodeContent({ from: { user: 'a"b' } }, Buffer.from('1')).toString()).toBe('"from":{"user":"a\\"b"},"data":1}');
  });
});
