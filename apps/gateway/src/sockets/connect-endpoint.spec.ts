import { closePayload, OPCODE, rawFrame, type RawFrame } from '../testing/raw-frames';
import { startEchoServer, type EchoServer } from '../testing/echo-server';
import { RawWebSocket, type Conversation, type RawWebSocketOptions } from '../testing/raw-web-socket';

const { continuation, text, binary, close, ping, pong } = OPCODE;
const FRAME_BYTES = 80 * 1_024;
const MOST_FRAGMENTS = 1_024;
const LONGEST_CONTROL = 'x'.repeat(125);

/** Cut into one byte, two bytes, … of UTF-8 a character. */
const UTF8 = 'Hello-µ@ßöäüàá-UTF-8!! κόσμε \u0000\u007f\u0080\u07ff\u0800\ud7ff\ue000\uffff\u{10000}\u{10ffff} 👩‍🚀';

/** Of Kuhn's stress test for decoders of UTF-8, and RFC 3629. */
const NOT_UTF8: Readonly<Record<string, string>> = {
  'a continuation byte alone': '80',
  'continuation bytes alone': '80bf80bf',
  'a first byte of two alone': 'c3',
  'a first byte of two before a space': 'c320',
  'a first byte of three, one missing': 'e282',
  'a first byte of four, one missing': 'f09f9a',
  'an overlong slash of two bytes': 'c0af',
  'an overlong slash of three bytes': 'e080af',
  'an overlong slash of four bytes': 'f08080af',
  'an overlong NUL': 'c080',
  'the largest overlong of three bytes': 'e09fbf',
  'a first half of a surrogate pair': 'eda080',
  'a second half of a surrogate pair': 'edbfbf',
  'a surrogate pair': 'eda080edb080',
  'beyond U+10FFFF': 'f4908080',
  'a first byte of five': 'f888808080',
  'a first byte of six': 'fc8480808080',
  'the byte FE': 'fe',
  'the byte FF': 'ff',
  'a surrogate in the middle of valid text': 'cebae1bdb9cf83cebcceb5eda080656469746564',
};

describe('The WebSocket endpoint', () => {
  let server: EchoServer;

  beforeAll(async () => {
    server = await startEchoServer(FRAME_BYTES);
  });
  afterAll(() => server.close());

  /** Writes frames, then a normal close, and tells what came back. */
  const converse = async (frames: readonly RawFrame[], pieceBytes?: number): Promise<Conversation> => {
    const client = await RawWebSocket.open(server.url);
    await client.write(Buffer.concat(frames.map(rawFrame)), pieceBytes);
    return client.finish();
  };
  const fragments = (opcode: number, ...payloads: readonly (Buffer | string)[]): RawFrame[] =>
    payloads.map((payload, index) => ({
      opcode: index === 0 ? opcode : continuation,
      payload,
      isFinal: index === payloads.length - 1,
    }));
  const echoed = (...frames: readonly RawFrame[]): object => ({
    frames: frames.map(({ opcode, payload = '' }) => ({ opcode, payload: Buffer.from(payload) })),
    closeCode: 1000,
  });

  describe('framing', () => {
    const sizes = [0, 1, 125, 126, 127, 128, 65_535, 65_536, FRAME_BYTES];

    it.each(sizes)('takes texts and binaries of %d bytes', async (bytes) => {
      const frames = [
        { opcode: text, payload: '*'.repeat(bytes) },
        { opcode: binary, payload: Buffer.alloc(bytes, 0xfe) },
      ];
      expect(await converse(frames)).toMatchObject(echoed(...frames));
    });

    it.each([
      [0, 1],
      [126, 1],
      [127, 1],
      [65_535, 997],
      [65_536, 997],
    ])('takes a text of %d bytes that comes in pieces of %d', async (bytes, pieceBytes) => {
      const frame = { opcode: text, payload: '*'.repeat(bytes) };
      expect(await converse([frame], pieceBytes)).toMatchObject(echoed(frame));
    });

    it('takes frames that come with the upgrade', async () => {
      const client = await RawWebSocket.open(server.url, { early: rawFrame({ opcode: text, payload: 'early' }) });
      expect(await client.finish()).toMatchObject(echoed({ opcode: text, payload: 'early' }));
    });

    it.each([text, binary, continuation, ping, pong, close])('refuses opcode %d where it is not masked', async (opcode) => {
      expect(await converse([{ opcode, isMasked: false }])).toMatchObject({ frames: [], closeCode: 1002 });
    });

    it.each([1, 2, 3, 4, 5, 6, 7])('refuses the reserved bits %d', async (rsv) => {
      for (const opcode of [text, binary, ping, pong, close]) {
        const frames = [
          { opcode: text, payload: 'before' },
          { opcode, rsv, payload: opcode === close ? closePayload(1000) : 'x' },
        ];
        expect(await converse(frames)).toMatchObject({ ...echoed(...frames.slice(0, 1)), closeCode: 1002 });
      }
    });

    it.each([3, 4, 5, 6, 7, 11, 12, 13, 14, 15])('refuses the reserved opcode %d', async (opcode) => {
      const before = { opcode: text, payload: 'before' };
      expect(await converse([before, { opcode, payload: 'x' }, { opcode: ping }])).toMatchObject({ ...echoed(before), closeCode: 1002 });
    });
  });

  describe('control frames', () => {
    it.each([
      ['nothing', ''],
      ['text', 'hello'],
      ['bytes', Buffer.from('00fffefdfcfb00ff', 'hex')],
      ['125 bytes', LONGEST_CONTROL],
    ])('answers a ping with %s by the same', async (_, payload) => {
      const frames = [{ opcode: ping, payload }];
      const expected = echoed({ opcode: pong, payload });
      expect(await converse(frames)).toMatchObject(expected);
      expect(await converse(frames, 1)).toMatchObject(expected);
    });

    it('answers ten pings in order', async () => {
      const payloads = Array.from({ length: 10 }, (_, index) => `payload-${String(index)}`);
      const conversation = await converse(payloads.map((payload) => ({ opcode: ping, payload })));
      expect(conversation).toMatchObject(echoed(...payloads.map((payload) => ({ opcode: pong, payload }))));
    });

    it('ignores pongs that answer nothing', async () => {
      const frames = [{ opcode: pong }, { opcode: pong, payload: 'unasked' }, { opcode: ping, payload: 'asked' }];
      expect(await converse(frames)).toMatchObject(echoed({ opcode: pong, payload: 'asked' }));
    });

    it.each([ping, pong, close])('refuses opcode %d with more than 125 bytes, or in fragments', async (opcode) => {
      const payload = opcode === close ? closePayload(1000, 'x'.repeat(124)) : 'x'.repeat(126);
      expect(await converse([{ opcode, payload }])).toMatchObject({ frames: [], closeCode: 1002 });
      expect(await converse(fragments(opcode, '', ''))).toMatchObject({ frames: [], closeCode: 1002 });
    });
  });

  describe('fragments', () => {
    it.each([text, binary])('joins those of opcode %d, empty ones too', async (opcode) => {
      for (const parts of [['one', 'two'], ['', '', ''], ['', 'middle', ''], Array.from({ length: 100 }, String)]) {
        const expected = echoed({ opcode, payload: parts.join('') });
        expect(await converse(fragments(opcode, ...parts))).toMatchObject(expected);
        expect(await converse(fragments(opcode, ...parts), 1)).toMatchObject(expected);
      }
    });

    it('answers a ping between them', async () => {
      const [first, second, third] = fragments(text, 'one', 'two', 'three') as [RawFrame, RawFrame, RawFrame];
      const frames = [first, { opcode: ping, payload: 'now' }, second, { opcode: pong }, third];
      expect(await converse(frames)).toMatchObject(echoed({ opcode: pong, payload: 'now' }, { opcode: text, payload: 'onetwothree' }));
    });

    it.each([true, false])('refuses a continuation of nothing (the last one: %s)', async (isFinal) => {
      const before = { opcode: text, payload: 'before' };
      const orphan = { opcode: continuation, payload: 'x', isFinal };
      expect(await converse([orphan])).toMatchObject({ frames: [], closeCode: 1002 });
      expect(await converse([before, orphan])).toMatchObject({ ...echoed(before), closeCode: 1002 });
    });

    it.each([text, binary])('refuses opcode %d before the message before it is whole', async (opcode) => {
      const frames = [
        { opcode: text, payload: 'one', isFinal: false },
        { opcode, payload: 'two' },
      ];
      expect(await converse(frames)).toMatchObject({ frames: [], closeCode: 1002 });
    });
  });

  describe('UTF-8', () => {
    it('is taken whole, and cut between any two of its bytes, by fragments and by the network', async () => {
      const bytes = Buffer.from(UTF8);
      const expected = echoed({ opcode: text, payload: UTF8 });
      expect(await converse([{ opcode: text, payload: bytes }])).toMatchObject(expected);
      expect(await converse([{ opcode: text, payload: bytes }], 1)).toMatchObject(expected);
      const parts = Array.from(bytes, (byte) => Buffer.from([byte]));
      expect(await converse(fragments(text, ...parts))).toMatchObject(expected);
    });

    it.each(Object.entries(NOT_UTF8))('refuses %s, whole and cut', async (_, hex) => {
      const bytes = Buffer.from(hex, 'hex');
      const parts = Array.from(bytes, (byte) => Buffer.from([byte]));
      for (const frames of [[{ opcode: text, payload: bytes }], fragments(text, 'before', ...parts)])
        expect(await converse([...frames, { opcode: text, payload: 'after' }])).toMatchObject({ frames: [], closeCode: 1007 });
    });

    it('may be anything in binary frames', async () => {
      const frame = { opcode: binary, payload: Buffer.from(Object.values(NOT_UTF8).join(''), 'hex') };
      expect(await converse([frame])).toMatchObject(echoed(frame));
    });
  });

  describe('closing', () => {
    const closeWith = (payload: Buffer | string): Promise<Conversation> => converse([{ opcode: close, payload }]);

    it('needs no code', async () => {
      expect(await closeWith('')).toMatchObject({ frames: [], closeCode: null });
    });

    it.each([1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999])('is answered by its code: %d', async (code) => {
      expect(await closeWith(closePayload(code, 'x'.repeat(123)))).toMatchObject({ frames: [], closeCode: code });
    });

    it.each([0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65_535])('must not have the code %d', async (code) => {
      expect(await closeWith(closePayload(code))).toMatchObject({ frames: [], closeCode: 1002 });
    });

    it('must not have half a code', async () => {
      expect(await closeWith(Buffer.from([3]))).toMatchObject({ frames: [], closeCode: 1002 });
    });

    it('must not have a reason that is no UTF-8', async () => {
      expect(await closeWith(closePayload(1000, Buffer.from('cebae1bdb9cf83eda080', 'hex')))).toMatchObject({ closeCode: 1007 });
    });

    it('ends what follows it', async () => {
      const closing = { opcode: close, payload: closePayload(1000) };
      const frames = [{ opcode: text, payload: 'before' }, closing, { opcode: text, payload: 'after' }, { opcode: ping }, closing];
      expect(await converse(frames)).toMatchObject(echoed(...frames.slice(0, 1)));
    });

    it('ends a message that is not whole', async () => {
      expect(await converse([{ opcode: text, payload: 'half', isFinal: false }])).toMatchObject(echoed());
    });
  });

  describe('limits', () => {
    const tooLarge = { frames: [], closeCode: 1009 };

    it('are on a frame, before its payload has come', async () => {
      for (const announcedBytes of [BigInt(FRAME_BYTES) + 1n, 2n ** 32n, 2n ** 53n, 2n ** 63n, 2n ** 64n - 1n]) {
        const client = await RawWebSocket.open(server.url);
        await client.write(rawFrame({ opcode: text, announcedBytes }));
        expect(await client.untilClosed()).toMatchObject(tooLarge);
      }
    });

    it('are on all fragments of a message together', async () => {
      const half = 'x'.repeat(FRAME_BYTES / 2);
      expect(await converse(fragments(text, half, half))).toMatchObject(echoed({ opcode: text, payload: half + half }));
      expect(await converse(fragments(text, half, half, 'x'))).toMatchObject(tooLarge);
    });

    it('are on the number of fragments, since each costs more than its bytes', async () => {
      const parts = Array<string>(MOST_FRAGMENTS).fill('x');
      expect(await converse(fragments(text, ...parts))).toMatchObject(echoed({ opcode: text, payload: parts.join('') }));
      expect(await converse(fragments(text, ...parts, 'x'))).toMatchObject({ frames: [], closeCode: 1008 });
    });
  });

  describe('the upgrade', () => {
    const open = (headers: RawWebSocketOptions['headers']): Promise<RawWebSocket> =>
      RawWebSocket.open(server.url, { headers: headers ?? {} });

    it('chooses the subprotocol if it was offered, and else none', async () => {
      const [chosen, none] = await Promise.all([
        open({ 'Sec-WebSocket-Protocol': 'other, switchboard.v1' }),
        open({ 'Sec-WebSocket-Protocol': 'other' }),
      ]);
      expect(chosen.head).toContain('\r\nSec-WebSocket-Protocol: switchboard.v1');
      expect(none.head).not.toContain('Sec-WebSocket-Protocol');
      await Promise.all([chosen.finish(), none.finish()]);
    });

    it('agrees to no compression', async () => {
      const client = await open({ 'Sec-WebSocket-Extensions': 'permessage-deflate; client_max_window_bits' });
      expect(client.head).not.toContain('Sec-WebSocket-Extensions');
      await client.write(rawFrame({ opcode: text, rsv: 4, payload: 'x' }));
      expect(await client.finish()).toMatchObject({ frames: [], closeCode: 1002 });
    });

    it.each([
      ['a key that is too short', { 'Sec-WebSocket-Key': 'c2hvcnQ=' }, 400],
      ['another version', { 'Sec-WebSocket-Version': '99' }, 400],
      ['a broken list of subprotocols', { 'Sec-WebSocket-Protocol': 'a,,b' }, 400],
    ])('is refused with %s', async (_, headers, status) => {
      await expect(open(headers)).rejects.toThrow(`HTTP/1.1 ${String(status)} `);
    });
  });
});
