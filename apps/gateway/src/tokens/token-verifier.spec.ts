import { createSigner } from 'fast-jwt';
import { allowsChannel, TokenVerifier, type TokenSettings } from './token-verifier';

const SECRET = 'a-secret-of-at-least-32-bytes-for-HS256';
const HOUR_S = 3_600;

const inAnHour = (): number => Math.floor(Date.now() / 1_000) + HOUR_S;
const sign = (claims: object, key = SECRET): string => createSigner({ key, noTimestamp: true })({ exp: inAnHour(), ...claims });
const verifier = (settings: Partial<TokenSettings> = {}): TokenVerifier =>
  new TokenVerifier({ jwtSecret: SECRET, jwtAlgorithms: ['HS256'], ...settings });

describe('TokenVerifier', () => {
  it('gives the user, the channels and what is to be kept with the connection', () => {
    const token = sign({ sub: 'auth0|42', channels: ['news', 'room-*'], meta: { plan: 'pro' } });
    expect(verifier().verify(token)).toEqual({ user: 'auth0|42', channels: ['news', 'room-*'], meta: { plan: 'pro' } });
  });

  it('allows no channel where the token names none', () => {
    expect(verifier().verify(sign({ sub: '42' })).channels).toEqual([]);
  });

  const none = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${Buffer.from(`{"sub":"42","exp":${String(inAnHour())}}`).toString('base64url')}.`;

  it.each([
    ['garbage', 'garbage'],
    ['the algorithm none', none],
    ['a signature by another secret', sign({ sub: '42' }, `${SECRET}-other`)],
    [
      'a changed payload',
      sign({ sub: '42' }).replace(/\.[^.]+\./, `.${Buffer.from('{"sub":"7","exp":9999999999}').toString('base64url')}.`),
    ],
    ['HS512 where only HS256 is allowed', createSigner({ key: SECRET, algorithm: 'HS512' })({ sub: '42', exp: inAnHour() })],
    ['no user', sign({})],
    ['a user that is not a string', sign({ sub: 42 })],
    ['an empty user', sign({ sub: '' })],
    ['a user with a control character', sign({ sub: 'a\nb' })],
    ['a user of 257 bytes', sign({ sub: 'x'.repeat(257) })],
    ['no expiry', createSigner({ key: SECRET })({ sub: '42' })],
    ['channels that are no list', sign({ sub: '42', channels: 'news' })],
    ['meta over 1 KiB', sign({ sub: '42', meta: { long: 'x'.repeat(1_024) } })],
  ])('refuses a token with %s', (_, token) => {
    expect(() => verifier().verify(token)).toThrow(expect.objectContaining({ code: 'bad_token' }) as Error);
  });

  it('says of an expired token that it has expired', () => {
    const token = sign({ sub: '42', exp: Math.floor(Date.now() / 1_000) - 1 });
    expect(() => verifier().verify(token)).toThrow(expect.objectContaining({ code: 'token_expired' }) as Error);
  });

  it.each([
    ['issuer', { jwtIssuer: 'https://id.example' }, { iss: 'https://id.example' }, { iss: 'https://other.example' }],
    ['audience', { jwtAudience: 'chat' }, { aud: 'chat' }, { aud: 'shop' }],
  ])('checks the %s where one is set', (_, settings, right, wrong) => {
    expect(verifier(settings).verify(sign({ sub: '42', ...right })).user).toBe('42');
    expect(() => verifier(settings).verify(sign({ sub: '42', ...wrong }))).toThrow(expect.objectContaining({ code: 'bad_token' }) as Error);
    expect(() => verifier(settings).verify(sign({ sub: '42' }))).toThrow(expect.objectContaining({ code: 'bad_token' }) as Error);
  });

  it('never quotes the token', () => {
    const token = sign({ sub: '42' }, `${SECRET}-other`);
    expect(() => verifier().verify(token)).toThrow(
      expect.not.objectContaining({ message: expect.stringContaining(token.slice(0, 20)) as string }) as Error,
    );
  });
});

describe('allowsChannel', () => {
  it.each([
    [['news'], 'news', true],
    [['news'], 'newsletter', false],
    [['room-*'], 'room-1', true],
    [['room-*'], 'rooms', false],
    [['*'], 'anything', true],
    [[], 'news', false],
    [['ro*m'], 'room', false],
  ])('%j and %s: %s', (channels, channel, isAllowed) => {
    expect(allowsChannel(channels, channel)).toBe(isAllowed);
  });
});
