import { waitFor } from '@switchboard/testing';
import { closePayload, OPCODE, rawFrame, type RawFrame } from './testing/raw-frames';
import { RawWebSocket } from './testing/raw-web-socket';
import { TestInstallation, type TestGateway } from './testing/test-installation';

const { continuation, text, binary, close, ping, pong } = OPCODE;
const FRAME_BYTES = 4_096;
const NOT_UTF8 = Buffer.from('eda080', 'hex');

/** What the echo of `connect-endpoint.spec.ts` cannot show: that the gateway itself leaves frames to the endpoint, and outlives each. */
describe('A gateway that gets raw frames', () => {
  let installation: TestInstallation;
  let gateway: TestGateway;

  beforeAll(async () => {
    installation = await TestInstallation.create({ MAX_FRAME_BYTES: String(FRAME_BYTES), MAX_DATA_BYTES: '1024' });
    gateway = await installation.startGateway();
  });
  afterAll(() => installation.close());

  const textsOf = (client: RawWebSocket): { type: string; [field: string]: unknown }[] =>
    client.frames.filter(({ opcode }) => opcode === text).map(({ payload }) => JSON.parse(payload.toString()) as { type: string });
  const came = (client: RawWebSocket, type: string): Promise<Record<string, unknown>> =>
    waitFor(type, () => textsOf(client).find((frame) => frame.type === type));
  const hello = (user: string): string => JSON.stringify({ type: 'hello', token: installation.token(user) });
  const ready = async (user: string): Promise<RawWebSocket> => {
    const client = await RawWebSocket.open(gateway.url);
    await client.write(rawFrame({ opcode: text, payload: hello(user) }));
    await came(client, 'ready');
    return client;
  };

  const violations: [string, RawFrame[], number][] = [
    ['a frame that is not masked', [{ opcode: text, payload: '{"type":"ping"}', isMasked: false }], 1002],
    ['a reserved bit', [{ opcode: text, payload: '{"type":"ping"}', rsv: 4 }], 1002],
    ['a reserved opcode', [{ opcode: 3 }], 1002],
    ['a continuation of nothing', [{ opcode: continuation, payload: '{"type":"ping"}' }], 1002],
    ['a fragmented ping', [{ opcode: ping, isFinal: false }], 1002],
    ['a close with a code that is none', [{ opcode: close, payload: closePayload(1005) }], 1002],
    ['a text that is no UTF-8', [{ opcode: text, payload: NOT_UTF8 }], 1007],
    [
      'a text whose fragments are no UTF-8',
      [
        { opcode: text, payload: NOT_UTF8.subarray(0, 1), isFinal: false },
        { opcode: continuation, payload: NOT_UTF8.subarray(1) },
      ],
      1007,
    ],
    ['a reason that is no UTF-8', [{ opcode: close, payload: closePayload(1000, NOT_UTF8) }], 1007],
    ['a frame over the limit', [{ opcode: text, payload: 'x'.repeat(FRAME_BYTES + 1) }], 1009],
    ['the announcement of a frame over the limit', [{ opcode: binary, announcedBytes: 2n ** 40n }], 1009],
  ];

  it.each(violations)('closes before and after hello upon %s', async (_, frames, closeCode) => {
    const bytes = Buffer.concat(frames.map(rawFrame));
    const stranger = await RawWebSocket.open(gateway.url);
    await stranger.write(bytes);
    expect(await stranger.untilClosed()).toMatchObject({ frames: [], closeCode });
    const user = await ready('breaker');
    await user.write(bytes);
    expect((await user.untilClosed()).closeCode).toBe(closeCode);
  });

  it('forgets whoever was closed for it', async () => {
    const user = await ready('forgotten');
    await user.write(rawFrame({ opcode: 3 }));
    await user.untilClosed();
    await waitFor('the row to go', async () => (await installation.sender.serverLookup.slotsOf('user:forgotten')).length === 0);
  });

  it('takes a hello that comes with the upgrade, in fragments and bytes by themselves, and delivers', async () => {
    const bytes = Buffer.from(hello('fragmented 👩‍🚀'));
    const client = await RawWebSocket.open(gateway.url, {
      early: rawFrame({ opcode: text, payload: bytes.subarray(0, 3), isFinal: false }),
    });
    await client.write(rawFrame({ opcode: continuation, payload: bytes.subarray(3) }), 1);
    await came(client, 'ready');
    await installation.accept({ user: 'fragmented 👩‍🚀' }, 'x'.repeat(1_000));
    expect(await came(client, 'message')).toMatchObject({ seq: 1, data: 'x'.repeat(1_000) });
    expect((await client.finish()).closeCode).toBe(1000);
  });

  it('answers pings of both kinds in order, between fragments too', async () => {
    const client = await RawWebSocket.open(gateway.url);
    const frames: RawFrame[] = [
      { opcode: ping, payload: 'first' },
      { opcode: text, payload: '{"type":', isFinal: false },
      { opcode: ping, payload: 'second' },
      { opcode: pong },
      { opcode: continuation, payload: '"ping"}' },
    ];
    await client.write(Buffer.concat(frames.map(rawFrame)));
    const { frames: answers, closeCode } = await client.finish();
    expect(answers.map(({ opcode, payload }) => [opcode, payload.toString()])).toEqual([
      [pong, 'first'],
      [pong, 'second'],
      [text, '{"type":"pong"}'],
    ]);
    expect(closeCode).toBe(1000);
  });

  it('answers a close by its code, and one without by none', async () => {
    for (const [payload, closeCode] of [
      [closePayload(4999, 'bye'), 4999],
      [Buffer.alloc(0), null],
    ] as const) {
      const client = await ready('leaving');
      await client.write(rawFrame({ opcode: close, payload }));
      expect((await client.untilClosed()).closeCode).toBe(closeCode);
    }
  });

  it('cuts off who does not answer its close', async () => {
    const client = await RawWebSocket.open(gateway.url, { answersClose: false });
    await client.write(rawFrame({ opcode: text, payload: '{"type":"hello","token":"forged"}' }));
    expect((await client.untilClosed()).closeCode).toBe(4500);
  });

  it('takes binary frames for a mistake of the client, not of its WebSocket', async () => {
    const client = await RawWebSocket.open(gateway.url);
    for (let count = 1; count <= 3; count += 1) await client.write(rawFrame({ opcode: binary, payload: '{"type":"ping"}' }));
    expect((await client.untilClosed()).closeCode).toBe(4504);
    expect(textsOf(client)).toMatchObject([{ code: 'bad_frame' }, { code: 'bad_frame' }, { code: 'bad_frame' }]);
  });
});
