import fc from 'fast-check';
import { encodeContent } from './content';
import { decodeMessageId, encodeMessageId } from './message-id';
import { encodeMessageFrame } from './message-frame';
import { decodeBusEvent, encodeBusEvent, EventFormatError, type BusEvent } from './bus-event';

const seq = fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER });
const stream = fc.string({ unit: 'grapheme', maxLength: 64 }).map((user) => `user:${user}`);
const timeMs = fc.integer({ min: 0, max: 8.64e15 });
const json = fc.json().map((text) => Buffer.from(text));
const content = fc.uint8Array().map((bytes) => Buffer.from(bytes));
const id = fc.base64String();
const replyTo = fc.record({ slot: fc.nat(), id });
const wait = fc.record({ slot: fc.nat(), id, until: fc.constantFrom('written' as const, 'acked' as const), deadlineMs: timeMs });
const times = { id, timeMs, expiresAtMs: timeMs, content };
const optional = { requiredKeys: ['kind', 'stream', 'seq', 'id', 'timeMs', 'expiresAtMs', 'content'] } as const;
const BUS_EVENTS = {
  message: fc.record(
    { kind: fc.constant('message' as const), stream, seq, ...times, wait },
    { ...optional, requiredKeys: [...optional.requiredKeys] },
  ),
  head: fc.record({ kind: fc.constant('head' as const), stream, seq, wait }, { requiredKeys: ['kind', 'stream', 'seq'] }),
  ephemeral: fc.record(
    {
      kind: fc.constant('ephemeral' as const),
      to: fc.oneof(fc.record({ stream }), fc.record({ connection: fc.uuid() })),
      ...times,
      conflateKey: fc.string(),
      origin: fc.string(),
      wait,
    },
    { requiredKeys: ['kind', 'to', 'id', 'timeMs', 'expiresAtMs', 'content'] },
  ),
  command: fc.record(
    {
      kind: fc.constant('command' as const),
      command: fc.oneof(
        fc.record({ name: fc.constant('drain' as const), server: fc.string() }),
        fc.record({ name: fc.constant('membership' as const), user: fc.string() }),
        fc.record({
          name: fc.constant('close' as const),
          whose: fc.record({ user: fc.string() }),
          reason: fc.constant('replaced' as const),
        }),
      ),
      replyTo,
    },
    { requiredKeys: ['kind', 'command'] },
  ),
  reply: fc.record({
    kind: fc.constant('reply' as const),
    id,
    reply: fc.record({ name: fc.constant('done' as const), server: fc.string(), connections: fc.nat() }),
  }),
} satisfies Record<BusEvent['kind'], fc.Arbitrary<BusEvent>>;
const RUNS = { numRuns: 2_000 };

describe('An event of the bus', () => {
  it.each(Object.entries(BUS_EVENTS))('of the kind %s is read as it was written', (_, event: fc.Arbitrary<BusEvent>) => {
    fc.assert(
      fc.property(event, (written) => {
        expect(decodeBusEvent(encodeBusEvent(written))).toEqual(written);
      }),
      RUNS,
    );
  });

  it.each([
    ['nothing', ''],
    ['no header line', '{"v":1,"kind":"head","stream":"user:1","seq":1}'],
    ['a header that is not JSON', 'garbage\n'],
    ['null', 'null\n'],
    ['a newer version', '{"v":2,"kind":"head","stream":"user:1","seq":1}\n'],
    ['no kind', '{"v":1,"stream":"user:1","seq":1}\n'],
    ['an unknown kind', '{"v":1,"kind":"news"}\n'],
    ['no stream', '{"v":1,"kind":"head","seq":1}\n'],
    ['a seq of 0', '{"v":1,"kind":"head","stream":"user:1","seq":0}\n'],
    ['a seq beyond 2^53', '{"v":1,"kind":"head","stream":"user:1","seq":9007199254740993}\n'],
    ['no id', '{"v":1,"kind":"message","stream":"user:1","seq":1,"timeMs":1,"expiresAtMs":1}\n'],
    [
      'a time that no Date can hold',
      '{"v":1,"kind":"message","stream":"user:1","seq":1,"id":"x","timeMs":9000000000000000,"expiresAtMs":1}\n',
    ],
    ['an expiry that is no number', '{"v":1,"kind":"message","stream":"user:1","seq":1,"id":"x","timeMs":1,"expiresAtMs":"1"}\n'],
    ['no target', '{"v":1,"kind":"ephemeral","id":"x","timeMs":1,"expiresAtMs":1}\n'],
    ['a command without a name', '{"v":1,"kind":"command","command":{}}\n'],
    ['a reply to nobody', '{"v":1,"kind":"reply","reply":{}}\n'],
  ])('is refused for %s', (_, text) => {
    expect(() => decodeBusEvent(Buffer.from(text))).toThrow(EventFormatError);
  });

  it('is refused, and nothing else happens, for any garbage', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(() => decodeBusEvent(Buffer.from(bytes))).toThrow(EventFormatError);
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
      fc.property(
        BUS_EVENTS.message,
        json,
        fc.option(fc.string(), { nil: undefined }),
        ({ stream: key, seq: number, id, timeMs: time }, data, name) => {
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
        },
      ),
      RUNS,
    );
  });

  it('has neither a place nor one to follow where the message is ephemeral', () => {
    const parts = { stream: 'user:1', id: 'i', timeMs: 0, content: encodeContent({}, Buffer.from('1')) };
    expect(encodeMessageFrame(parts).toString()).toBe(
      '{"type":"message","stream":"user:1","id":"i","time":"1970-01-01T00:00:00.000Z","data":1}',
    );
  });

  it('names who sent it, where somebody did', () => {
    expect(encodeContent({ from: { user: 'a"b' } }, Buffer.from('1')).toString()).toBe('"from":{"user":"a\\"b"},"data":1}');
  });
});
