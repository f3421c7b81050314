import { createHmac } from 'node:crypto';
import { createSigner } from 'fast-jwt';
import { readSettings, tokenSettings, type Environment } from '@switchboard/config';
import { type SwitchboardError } from '@switchboard/protocol';
import { RemoteKeys } from './remote-keys';
import { keyPair, type PairAlgorithm } from './testing/key-pair';
import { TokenVerifier } from './token-verifier';

const SECRET = 'a-secret-of-at-least-32-bytes-for-HS256';
const HOUR_S = 3_600;
const LEEWAY_S = 5;

const nowS = (): number => Math.floor(Date.now() / 1_000);
const inAnHour = (): number => nowS() + HOUR_S;
const sign = (claims: object, key = SECRET): string => createSigner({ key, noTimestamp: true })({ exp: inAnHour(), ...claims });
const encoded = (text: string): string => Buffer.from(text).toString('base64url');
/** A token whose header and claims are written as they are, signed with `key` by HMAC. */
const raw = (header: string, claims: string, key = SECRET): string => {
  const input = `${encoded(header)}.${encoded(claims)}`;
  return `${input}.${createHmac('sha256', key).update(input).digest('base64url')}`;
};
const HS256 = '{"alg":"HS256"}';
const noRemoteKeys = (): RemoteKeys => {
  throw new Error('no URL is set');
};
const verifier = (environment: Environment = {}): TokenVerifier =>
  new TokenVerifier(readSettings(tokenSettings, { JWT_SECRET: SECRET, ...environment }), noRemoteKeys);
const failureOf = (outcome: Promise<unknown>): Promise<SwitchboardError | undefined> =>
  outcome.then(
    () => undefined,
    (error: unknown) => error as SwitchboardError,
  );
const codeOf = async (outcome: Promise<unknown>): Promise<unknown> => (await failureOf(outcome))?.code;

describe('TokenVerifier', () => {
  it('gives the user, what is granted, and what is to be kept with the connection', async () => {
    const token = sign({ sub: 'auth0|42', exp: 4e9, channels: ['news', 'room-*'], publish: ['user:*'], meta: { plan: 'pro' } });
    expect(await verifier().verify(token)).toEqual({
      user: 'auth0|42',
      channels: ['news', 'room-*'],
      publish: ['user:*'],
      meta: { plan: 'pro' },
      expiresAtMs: 4e12,
    });
  });

  it('grants nothing where the token says nothing', async () => {
    expect(await verifier().verify(sign({ sub: '42' }))).toMatchObject({ channels: [], publish: [] });
  });

  it.each([
    ['garbage', () => 'garbage'],
    ['nothing', () => ''],
    ['two dots', () => '..'],
    ['the algorithm none', () => `${encoded('{"alg":"none"}')}.${encoded(`{"sub":"42","exp":${String(inAnHour())}}`)}.`],
    ['the algorithm none and a signature', () => raw('{"alg":"none"}', `{"sub":"42","exp":${String(inAnHour())}}`)],
    ['the algorithm nOnE', () => `${encoded('{"alg":"nOnE"}')}.${encoded(`{"sub":"42","exp":${String(inAnHour())}}`)}.`],
    ['no algorithm', () => raw('{}', `{"sub":"42","exp":${String(inAnHour())}}`)],
    ['a header that is no object', () => raw('null', `{"sub":"42","exp":${String(inAnHour())}}`)],
    ['claims that are no object', () => raw(HS256, '[]')],
    ['a critical extension', () => raw('{"alg":"HS256","crit":["b64"],"b64":false}', `{"sub":"42","exp":${String(inAnHour())}}`)],
    ['a signature by another secret', () => sign({ sub: '42' }, `${SECRET}-other`)],
    ['no signature', () => sign({ sub: '42' }).replace(/[^.]+$/, '')],
    ['a changed payload', () => sign({ sub: '42' }).replace(/\.[^.]+\./, `.${encoded('{"sub":"7","exp":9999999999}')}.`)],
    ['HS512 where only HS256 is allowed', () => createSigner({ key: SECRET, algorithm: 'HS512' })({ sub: '42', exp: inAnHour() })],
    ['no user', () => sign({})],
    ['a user that is not a string', () => sign({ sub: 42 })],
    ['an empty user', () => sign({ sub: '' })],
    ['a user with a control character', () => sign({ sub: 'a\nb' })],
    ['a user of 257 bytes', () => sign({ sub: 'x'.repeat(257) })],
    ['no expiry', () => raw(HS256, '{"sub":"42"}')],
    ['an expiry that is a string', () => raw(HS256, '{"sub":"42","exp":"4000000000"}')],
    ['an expiry that is a list', () => raw(HS256, '{"sub":"42","exp":[4000000000]}')],
    ['an expiry that is null', () => raw(HS256, '{"sub":"42","exp":null}')],
    ['a beginning in the future', () => sign({ sub: '42', nbf: nowS() + HOUR_S })],
    ['a beginning far beyond any calendar', () => raw(HS256, '{"sub":"42","exp":4000000000,"nbf":1e300}')],
    ['channels that are no list', () => sign({ sub: '42', channels: 'news' })],
    ['channels that are no names', () => sign({ sub: '42', channels: [7] })],
    ['more than 1000 channels', () => sign({ sub: '42', channels: Array.from({ length: 1_001 }, String) })],
    ['publish grants that are no list', () => sign({ sub: '42', publish: 'user:*' })],
    ['meta over 1 KiB', () => sign({ sub: '42', meta: { long: 'x'.repeat(1_024) } })],
    ['meta that is no object', () => sign({ sub: '42', meta: 'pro' })],
  ])('refuses a token with %s', async (_, token) => {
    expect(await codeOf(verifier().verify(token()))).toBe('bad_token');
  });

  it.each([
    ['expired within the leeway', { exp: nowS() - LEEWAY_S + 3 }],
    ['beginning within the leeway', { nbf: nowS() + LEEWAY_S - 2 }],
    ['with an expiry that no timer can hold', { exp: Number.MAX_SAFE_INTEGER }],
  ])('takes a token %s', async (_, claims) => {
    expect(await verifier().verify(sign({ sub: '42', ...claims }))).toMatchObject({ user: '42' });
  });

  it('takes an expiry beyond all numbers as never', async () => {
    expect(await verifier().verify(raw(HS256, '{"sub":"42","exp":1e999}'))).toMatchObject({ expiresAtMs: Infinity });
  });

  it.each([nowS() - LEEWAY_S - 1, 0, -1])('says of an expired token that it has expired: %d', async (exp) => {
    expect(await codeOf(verifier().verify(raw(HS256, `{"sub":"42","exp":${String(exp)}}`)))).toBe('token_expired');
  });

  it.each([
    ['issuer', { JWT_ISSUER: 'https://id.example' }, { iss: 'https://id.example' }, { iss: 'https://other.example' }],
    ['audience', { JWT_AUDIENCE: 'chat' }, { aud: 'chat' }, { aud: 'shop' }],
    ['audience in a list', { JWT_AUDIENCE: 'chat' }, { aud: ['shop', 'chat'] }, { aud: ['shop', 'chats'] }],
    ['audience, not a number', { JWT_AUDIENCE: 'chat' }, { aud: ['chat'] }, { aud: [7] }],
  ])('checks the %s where one is set', async (_, settings, right, wrong) => {
    const checking = verifier(settings);
    expect(await checking.verify(sign({ sub: '42', ...right }))).toMatchObject({ user: '42' });
    expect(await codeOf(checking.verify(sign({ sub: '42', ...wrong })))).toBe('bad_token');
    expect(await codeOf(checking.verify(sign({ sub: '42' })))).toBe('bad_token');
  });

  it('never quotes the token', async () => {
    const token = sign({ sub: '42' }, `${SECRET}-other`);
    const failure = await failureOf(verifier().verify(token));
    expect(failure?.code).toBe('bad_token');
    expect(`${String(failure)} ${String(failure?.stack)} ${String(failure?.cause)}`).not.toContain(token.slice(0, 20));
  });
});

describe.each(['RS256', 'ES256', 'EdDSA'] as const)('TokenVerifier with a key for %s', (algorithm: PairAlgorithm) => {
  const [own, other] = [keyPair(algorithm, 'own'), keyPair(algorithm, 'other')];
  const claims = { sub: '42', exp: inAnHour() };
  const inline = new TokenVerifier(readSettings(tokenSettings, { JWT_PUBLIC_KEY: own.publicPem }), noRemoteKeys);
  const fetched = { fetched: () => undefined, fetchFailed: () => undefined };
  const published = new TokenVerifier(
    readSettings(tokenSettings, { JWT_JWKS_URL: 'https://id.example/keys' }),
    () => new RemoteKeys(() => Promise.resolve({ keys: [own.jwk] }), { refreshMs: 1e6, cooldownMs: 0 }, fetched),
  );

  it.each([
    ['inline', inline],
    ['published', published],
  ])('takes what it signed, and nothing else: %s', async (_, keyed) => {
    expect(await keyed.verify(own.sign(claims, 'own'))).toMatchObject({ user: '42' });
    expect(await keyed.verify(own.sign(claims))).toMatchObject({ user: '42' });
    expect(await codeOf(keyed.verify(other.sign(claims, 'own')))).toBe('bad_token');
    expect(await codeOf(keyed.verify(other.sign(claims)))).toBe('bad_token');
    expect(await codeOf(keyed.verify(own.sign({ ...claims, exp: 1 }, 'own')))).toBe('token_expired');
  });

  it.each([
    ['inline', inline],
    ['published', published],
  ])('does not take the public key for a secret: %s', async (_, keyed) => {
    for (const secret of [own.publicPem, own.publicPem.trim(), JSON.stringify(own.jwk)]) {
      expect(await codeOf(keyed.verify(raw('{"alg":"HS256","kid":"own"}', JSON.stringify(claims), secret)))).toBe('bad_token');
      expect(await codeOf(keyed.verify(raw(`{"alg":"${algorithm}","kid":"own"}`, JSON.stringify(claims), secret)))).toBe('bad_token');
    }
  });

  it('takes no key that the token brings along', async () => {
    const token = raw(JSON.stringify({ alg: algorithm, jwk: other.jwk, jku: 'https://evil.example' }), JSON.stringify(claims));
    expect(await codeOf(published.verify(token))).toBe('bad_token');
  });
});
