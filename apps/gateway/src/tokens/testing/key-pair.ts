import { createSigner } from 'fast-jwt';
import { generateKeyPairSync, type JsonWebKey, type KeyObject } from 'node:crypto';

/** The algorithms of pairs of keys. */
export type PairAlgorithm = 'RS256' | 'ES256' | 'EdDSA';

/** A pair of keys, and tokens signed with it. */
export interface KeyPair {
  readonly publicPem: string;
  readonly privatePem: string;
  /** The public key as a key set has it. */
  readonly jwk: JsonWebKey & { readonly kid: string };
  /** @param kid absent: the token names no key */
  sign(claims: object, kid?: string): string;
}

/** Makes a pair of keys. */
export function keyPair(algorithm: PairAlgorithm, kid: string): KeyPair {
  const { publicKey, privateKey } = generate(algorithm);
  const privatePem = privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
  return {
    publicPem: publicKey.export({ type: 'spki', format: 'pem' }) as string,
    privatePem,
    jwk: { ...publicKey.export({ format: 'jwk' }), kid, alg: algorithm, use: 'sig' },
    sign: (claims, named) =>
      createSigner({ key: privatePem, algorithm, noTimestamp: true, ...(named === undefined ? {} : { kid: named }) })(claims),
  };
}

function generate(algorithm: PairAlgorithm): { readonly publicKey: KeyObject; readonly privateKey: KeyObject } {
  switch (algorithm) {
    case 'RS256':
      return generateKeyPairSync('rsa', { modulusLength: 2_048 });
    case 'ES256':
      return generateKeyPairSync('ec', { namedCurve: 'P-256' });
    case 'EdDSA':
      return generateKeyPairSync('ed25519');
  }
}
