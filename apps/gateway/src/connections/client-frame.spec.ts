import fc from 'fast-check';
import { clientFrameSchemas } from '@switchboard/protocol/schemas';
import { decodeClientFrame } from './client-frame';

const decode = (text: string): unknown => decodeClientFrame(Buffer.from(text), false);

describe('decodeClientFrame', () => {
  it.each([
    '{"type":"hello"}',
    '{"type":"hello","token":"t","device":"phone-1","resume":{"user:42":17},"channels":["news"]}',
    '{"channel":"news","id":1,"type":"subscribe"}',
    '{"type":"subscribe","id":1,"channel":"news","after":0}',
    '{"type":"unsubscribe","id":2,"channel":"news"}',
    '{"type":"ping"}',
    '{"type":"pong","and":"fields that nobody knows yet"}',
  ])('takes %s', (text) => {
    expect(decode(text)).toMatchObject({ type: (JSON.parse(text) as { type: string }).type });
  });

  it.each([
    ['', 'bad_frame'],
    ['{', 'bad_frame'],
    ['null', 'bad_frame'],
    ['[]', 'bad_frame'],
    ['"ping"', 'bad_frame'],
    ['{}', 'bad_frame'],
    ['{"type":1}', 'bad_frame'],
    ['{"type":"nonsense"}', 'bad_frame'],
    ['{"type":"__proto__"}', 'bad_frame'],
    ['{"type":"toString"}', 'bad_frame'],
    ['{"type":"hello","token":1}', 'invalid_field'],
    ['{"type":"hello","device":"a\\nb"}', 'invalid_field'],
    ['{"type":"hello","device":""}', 'invalid_field'],
    [`{"type":"hello","device":"${'x'.repeat(65)}"}`, 'invalid_field'],
    ['{"type":"hello","resume":{"user:42":-1}}', 'invalid_field'],
    ['{"type":"hello","resume":{"user:42":1.5}}', 'invalid_field'],
    ['{"type":"hello","resume":{"user:42":9007199254740992}}', 'invalid_field'],
    ['{"type":"hello","resume":{"user:42":"17"}}', 'invalid_field'],
    ['{"type":"hello","resume":[]}', 'invalid_field'],
    ['{"type":"hello","channels":"news"}', 'invalid_field'],
    ['{"type":"hello","channels":["with space"]}', 'invalid_field'],
    ['{"type":"subscribe","channel":"news"}', 'invalid_field'],
    ['{"type":"subscribe","id":-1,"channel":"news"}', 'invalid_field'],
    ['{"type":"subscribe","id":1}', 'invalid_field'],
    [`{"type":"subscribe","id":1,"channel":"${'x'.repeat(129)}"}`, 'invalid_field'],
    ['{"type":"subscribe","id":1,"channel":"news","after":-1}', 'invalid_field'],
    [`{"type":"hello","channels":${JSON.stringify(Array.from({ length: 1_001 }, (_, index) => `c${String(index)}`))}}`, 'invalid_field'],
    [
      `{"type":"hello","resume":${JSON.stringify(Object.fromEntries(Array.from({ length: 1_001 }, (_, index) => [`channel:${String(index)}`, 1])))}}`,
      'invalid_field',
    ],
    ['{"type":"hello","start":"yesterday"}', 'invalid_field'],
    [`{"type":"hello","replaces":"${'x'.repeat(65)}"}`, 'invalid_field'],
    ['{"type":"ack"}', 'invalid_field'],
    ['{"type":"ack","streams":{"user:42":-1}}', 'invalid_field'],
    ['{"type":"ack","streams":{"user:42":9007199254740992}}', 'invalid_field'],
    ['{"type":"ack","streams":{"user:42":1e400}}', 'invalid_field'],
    ['{"type":"ack","streams":["user:42"]}', 'invalid_field'],
    ['{"type":"token","id":1}', 'invalid_field'],
    ['{"type":"token","token":"t"}', 'invalid_field'],
    ['{"type":"send","id":1,"to":{"user":"7"}}', 'invalid_field'],
    ['{"type":"send","id":1,"data":1}', 'invalid_field'],
    ['{"type":"send","id":1,"to":{"everyone":true},"data":1}', 'invalid_field'],
    ['{"type":"send","id":1,"to":{"users":["7"]},"data":1}', 'invalid_field'],
    ['{"type":"send","id":1,"to":{"user":"a\\u0000"},"data":1}', 'invalid_field'],
    ['{"type":"send","id":1,"to":{"channel":"a b"},"data":1}', 'invalid_field'],
    ['{"type":"send","id":1,"to":{"user":"7"},"data":1,"event":""}', 'invalid_field'],
    ['{"type":"send","id":1,"to":{"user":"7"},"data":1,"ttlSeconds":0}', 'invalid_field'],
    [`{"type":"send","id":1,"to":{"user":"7"},"data":1,"idempotencyKey":"${'k'.repeat(256)}"}`, 'invalid_field'],
    ['{"type":"send","id":1,"to":{"user":"7"},"data":1,"durability":"eternal"}', 'invalid_field'],
  ])('refuses %s as %s', (text, code) => {
    expect(() => decode(text)).toThrow(expect.objectContaining({ problem: expect.objectContaining({ code }) as Error }) as Error);
  });

  const whole = {
    hello: { token: 't', device: 'd', resume: {}, channels: [], start: 'now', replaces: 'c' },
    subscribe: { id: 1, channel: 'news', after: 1 },
    unsubscribe: { id: 1, channel: 'news' },
    ack: { streams: {} },
    send: { id: 1, to: { user: '7' }, event: 'e', durability: 'durable', ttlSeconds: 1, idempotencyKey: 'k', conflateKey: 'c', data: 1 },
    token: { id: 1, token: 't' },
    ping: {},
    pong: {},
  } satisfies Record<keyof typeof clientFrameSchemas, object>;
  const fields = Object.entries(clientFrameSchemas).flatMap(([type, { shape }]) =>
    Object.keys(shape).flatMap((field) => (field === 'type' || field === 'data' ? [] : [[type as keyof typeof whole, field] as const])),
  );

  it.each(fields)('refuses a %s whose %s is of another type', (type, field) => {
    expect(decode(JSON.stringify({ type, ...whole[type] }))).toMatchObject({ type });
    for (const wrong of [{ a: { b: [] } }, true, null]) {
      const text = JSON.stringify({ type, ...whole[type], [field]: wrong });
      expect(() => decode(text)).toThrow(
        expect.objectContaining({ problem: expect.objectContaining({ code: 'invalid_field' }) as Error }) as Error,
      );
    }
  });

  it('refuses a binary frame, and text that is not UTF-8', () => {
    const isBadFrame = expect.objectContaining({ problem: expect.objectContaining({ code: 'bad_frame' }) as Error }) as Error;
    expect(() => decodeClientFrame(Buffer.from('{"type":"ping"}'), true)).toThrow(isBadFrame);
    expect(() => decodeClientFrame(Buffer.from([0x7b, 0xff, 0x7d]), false)).toThrow(isBadFrame);
  });

  it('tells the id of the request that it refuses', () => {
    expect(() => decode('{"type":"subscribe","id":7,"channel":"no good"}')).toThrow(expect.objectContaining({ id: 7 }) as Error);
  });

  it('throws nothing but FrameError, whatever comes', () => {
    const anything = fc.oneof(
      fc.string(),
      fc.json(),
      fc.uint8Array().map((bytes) => Buffer.from(bytes).toString('latin1')),
    );
    fc.assert(
      fc.property(anything, fc.boolean(), (text, isBinary) => {
        expect(outcomeOf(() => decodeClientFrame(Buffer.from(text), isBinary))).toMatch(/^(frame|FrameError)$/);
      }),
      { numRuns: 2_000 },
    );
  });
});

function outcomeOf(decode: () => unknown): string {
  try {
    decode();
    return 'frame';
  } catch (error) {
    return (error as Error).name;
  }
}
