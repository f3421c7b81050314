import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { readSettings, type Environment } from './settings';
import { tokenKeys } from './token-keys';
import { tokenSettings } from './token-settings';

const JWT_SECRET = 's'.repeat(32);
const JWT_JWKS_URL = 'https://id.example/keys';
const keysOf = (environment: Environment) => tokenKeys(readSettings(tokenSettings, environment));
const pem = (key: KeyObject): string => key.export({ type: key.type === 'public' ? 'spki' : 'pkcs8', format: 'pem' }) as string;
const rsa = generateKeyPairSync('rsa', { modulusLength: 2_048 });
const [ec, ed] = [generateKeyPairSync('ec', { namedCurve: 'P-256' }), generateKeyPairSync('ed25519')];

describe('tokenKeys', () => {
  it.each([
    ['a secret', { JWT_SECRET }, ['HS256']],
    ['an RSA key', { JWT_PUBLIC_KEY: pem(rsa.publicKey) }, ['RS256']],
    ['a key on P-256', { JWT_PUBLIC_KEY: pem(ec.publicKey) }, ['ES256']],
    ['an Ed25519 key in one line', { JWT_PUBLIC_KEY: pem(ed.publicKey).replaceAll('\n', '\\n') }, ['EdDSA']],
    ['published keys', { JWT_JWKS_URL }, ['RS256', 'ES256', 'EdDSA']],
    ['published keys of one kind', { JWT_JWKS_URL, JWT_ALGORITHMS: 'ES256, ES256' }, ['ES256']],
  ])('derives the algorithms from %s', (_, environment, algorithms) => {
    expect(keysOf(environment).algorithms).toEqual(algorithms);
  });

  it.each([
    ['no key at all', {}, /exactly one of/],
    ['two keys', { JWT_SECRET, JWT_JWKS_URL }, /exactly one of/],
    ['a secret of 31 bytes', { JWT_SECRET: 's'.repeat(31) }, /JWT_SECRET: must be at least 32 bytes/],
    ['HS256 beside a public key', { JWT_PUBLIC_KEY: pem(rsa.publicKey), JWT_ALGORITHMS: 'RS256,HS256' }, /HS256 does not fit/],
    ['HS256 beside published keys', { JWT_JWKS_URL, JWT_ALGORITHMS: 'HS256' }, /HS256 does not fit/],
    ['RS256 beside a secret', { JWT_SECRET, JWT_ALGORITHMS: 'RS256' }, /RS256 does not fit/],
    ['ES256 beside an RSA key', { JWT_PUBLIC_KEY: pem(rsa.publicKey), JWT_ALGORITHMS: 'ES256' }, /ES256 does not fit/],
    ['the algorithm none', { JWT_SECRET, JWT_ALGORITHMS: 'none' }, /JWT_ALGORITHMS: must be of/],
    ['a private key', { JWT_PUBLIC_KEY: pem(rsa.privateKey) }, /this is a private one/],
    ['a short RSA key', { JWT_PUBLIC_KEY: pem(generateKeyPairSync('rsa', { modulusLength: 1_024 }).publicKey) }, /at least 2048 bits/],
    ['a key on another curve', { JWT_PUBLIC_KEY: pem(generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).publicKey) }, /P-256/],
    ['a key that is none', { JWT_PUBLIC_KEY: 'ssh-rsa AAAA' }, /JWT_PUBLIC_KEY: must be a public key in PEM/],
    ['a URL with a password', { JWT_JWKS_URL: 'https://name:its-password@id.example/' }, /JWT_JWKS_URL: must not hold/],
    ['a URL that is none', { JWT_JWKS_URL: 'file:///etc/passwd' }, /JWT_JWKS_URL: must be an https or http URL/],
    ['no URL', { JWT_JWKS_URL: 'nonsense' }, /JWT_JWKS_URL: must be an https or http URL/],
  ])('refuses %s', (_, environment, message) => {
    expect(() => keysOf(environment)).toThrow(message);
  });

  it('never tells a secret', () => {
    expect(() => keysOf({ JWT_SECRET: 'short-secret', JWT_ALGORITHMS: 'none' })).toThrow(
      expect.not.objectContaining({ message: expect.stringContaining('short-secret') as string }) as Error,
    );
  });
});
