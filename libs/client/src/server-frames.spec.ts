import fc from 'fast-check';
import { readServerFrame } from './server-frames';

const message = { type: 'message', stream: 'user:42', seq: 2, after: 1, id: 'm', time: '2026-01-01T00:00:00Z', data: null };

describe('readServerFrame', () => {
  it('reads a frame, with fields of later versions', () => {
    const frame = { ...message, later: true };
    expect(readServerFrame(JSON.stringify(frame))).toEqual(frame);
  });

  it.each([
    ['a type of a later version', { type: 'presence' }],
    ['a name from Object.prototype', { type: 'constructor' }],
  ])('does not know %s', (_, frame) => {
    expect(readServerFrame(JSON.stringify(frame))).toBe('unknown');
  });

  it.each([
    ['binary', new Uint8Array([123, 125])],
    ['no JSON', '{"type":'],
    ['null', 'null'],
    ['an array', '[]'],
    ['no type', '{}'],
    ['a message without a stream', JSON.stringify({ ...message, stream: undefined })],
    ['a seq without after', JSON.stringify({ ...message, after: undefined })],
    ['an after without seq', JSON.stringify({ ...message, seq: undefined })],
    ['a message that follows itself', JSON.stringify({ ...message, after: 2 })],
    ['a seq beyond 2^53', '{"type":"message","stream":"s","seq":9007199254740993,"after":1,"id":"m","time":"t"}'],
    ['a gap that goes back', JSON.stringify({ type: 'gap', stream: 's', after: 5, through: 4, reason: 'lost' })],
    ['a ready without streams', JSON.stringify({ type: 'ready', connection: 'c', server: 's', user: 'u', pingIntervalMs: 1 })],
    [
      'a ready with a bad start',
      JSON.stringify({ type: 'ready', connection: 'c', server: 's', user: 'u', pingIntervalMs: 1, streams: { s: 1 } }),
    ],
    ['a goaway without a time', JSON.stringify({ type: 'goaway' })],
    ['an ok without an id', JSON.stringify({ type: 'ok' })],
    ['an error without a code', JSON.stringify({ type: 'error', message: 'm' })],
  ])('refuses %s', (_, data) => {
    expect(readServerFrame(data)).toBe('malformed');
  });

  it('never throws', () => {
    const types = fc.constantFrom('ready', 'message', 'gap', 'ok', 'error', 'goaway', 'ping', 'pong');
    const fields = fc.dictionary(fc.constantFrom('stream', 'streams', 'seq', 'after', 'through', 'id', 'code', 'inMs'), fc.jsonValue());
    const frames = fc.tuple(types, fields).map(([type, rest]) => JSON.stringify({ ...rest, type }));
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json(), frames, fc.anything()), (data) => {
        expect(() => readServerFrame(data)).not.toThrow();
      }),
      { numRuns: 2_000 },
    );
  });
});
