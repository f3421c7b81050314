import type { TokenFrame } from '@switchboard/protocol';
import { ManualClock, settled } from './testing/manual-clock';
import { tokenWith } from './testing/token-with';
import { TokenRenewal } from './token-renewal';

const NOW_MS = 1_800_000_000_000;
const SECOND_MS = 1_000;

function setUp({ wallOffsetMs = 0, canRefreshToken = true, random = 0 } = {}) {
  const clock = new ManualClock();
  const frames: TokenFrame[] = [];
  const errors: string[] = [];
  const tokens: (() => string | Promise<string>)[] = [];
  let lastId = 0;
  const renewal = new TokenRenewal({
    options: { token: () => (tokens.shift() ?? (() => living(600, clock.nowMs())))(), tokenTimeoutMs: 30_000, canRefreshToken },
    clock,
    nextId: () => (lastId += 1),
    send: (frame) => frames.push(frame) > 0,
    onError: ({ code }) => errors.push(code),
    random: () => random,
    wallMs: () => NOW_MS + wallOffsetMs + clock.nowMs(),
  });
  /** When, after how many seconds at most, the next frame is there. */
  const nextFrameAfterS = async (mostS: number): Promise<number | undefined> => {
    const before = frames.length;
    for (let seconds = 0; seconds <= mostS; seconds += 1) {
      if (frames.length > before) return seconds;
      await clock.pass(SECOND_MS);
      await settled();
    }
    return undefined;
  };
  return { clock, frames, errors, tokens, renewal, nextFrameAfterS };
}

/** A token that lives for so many seconds from `nowMs`, on a clock that began at NOW_MS. */
function living(seconds: number, nowMs: number): string {
  const iat = (NOW_MS + nowMs) / SECOND_MS;
  return tokenWith({ sub: '42', iat, exp: iat + seconds });
}

describe('TokenRenewal', () => {
  it('sends a fresh token a minute before the old one expires, and again before that one does', async () => {
    const { clock, frames, renewal, nextFrameAfterS } = setUp();
    renewal.onAccepted(living(600, 0));
    expect(await nextFrameAfterS(600)).toBe(540);
    expect(frames).toEqual([{ type: 'token', id: 1, token: living(600, clock.nowMs()) }]);
    renewal.onOk({ type: 'ok', id: 1 });
    expect(await nextFrameAfterS(600)).toBe(540);
  });

  it.each([
    [0, 540],
    [0.999, 511],
  ])('is spread over half a minute: chance %d', async (random, afterS) => {
    const { renewal, nextFrameAfterS } = setUp({ random });
    renewal.onAccepted(living(600, 0));
    expect(await nextFrameAfterS(600)).toBe(afterS);
  });

  it('leaves short-lived tokens three quarters of their life', async () => {
    const { renewal, nextFrameAfterS } = setUp();
    renewal.onAccepted(living(40, 0));
    expect(await nextFrameAfterS(600)).toBe(30);
  });

  it('trusts the issuer rather than a clock on the wall that calls a living token dead', async () => {
    const { renewal, nextFrameAfterS } = setUp({ wallOffsetMs: 3_600_000 });
    renewal.onAccepted(living(600, 0));
    expect(await nextFrameAfterS(600)).toBe(540);
  });

  it('tries again when the callback fails, gives the same token, or the server refuses it', async () => {
    const { errors, tokens, renewal, nextFrameAfterS } = setUp();
    const first = living(600, 0);
    tokens.push(
      () => Promise.reject(new Error('offline')),
      () => '',
      () => first,
    );
    renewal.onAccepted(first);
    // At 540 s, and then each time half of what is left later: 570, 585, 592.5.
    expect(await nextFrameAfterS(600)).toBe(593);
    expect(errors).toEqual(['token_failed', 'token_failed']);
    renewal.onError({ type: 'error', id: 1, code: 'bad_token', message: 'no', retryable: false });
    // Less than 5 s would be left: the server will close the connection, and a new one bring a new token.
    expect(await nextFrameAfterS(3_600)).toBeUndefined();
  });

  it('tries again when the callback or the server says nothing', async () => {
    const { tokens, renewal, nextFrameAfterS } = setUp();
    tokens.push(() => new Promise(() => undefined));
    renewal.onAccepted(living(600, 0));
    expect(await nextFrameAfterS(600)).toBe(585);
  });

  it('sends nothing of a token that comes when the connection is gone', async () => {
    const { clock, frames, tokens, renewal } = setUp();
    let give: (token: string) => void = () => undefined;
    tokens.push(() => new Promise((resolve) => (give = resolve)));
    renewal.onAccepted(living(600, 0));
    await clock.pass(540 * SECOND_MS);
    renewal.stop();
    give(living(600, 540_000));
    await settled();
    expect(frames).toEqual([]);
  });

  it.each([
    ['a token that never expires', tokenWith({ sub: '42' }), true],
    ['what is no JWT', 'opaque', true],
    ['a token that is a plain string', living(600, 0), false],
  ])('leaves %s alone', async (_, token, canRefreshToken) => {
    const { renewal, nextFrameAfterS } = setUp({ canRefreshToken });
    renewal.onAccepted(token);
    expect(await nextFrameAfterS(3_600)).toBeUndefined();
  });
});
