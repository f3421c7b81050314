import { createPublicKey } from 'node:crypto';
import { algorithmOf } from './public-key';
import { SettingsError } from './settings';
import { TOKEN_ALGORITHMS, type TokenAlgorithm, type TokenSettingValues } from './token-settings';

/** What tokens are verified with, and the algorithms that go with it: never both the secret's and those of public keys. */
export type TokenKeys = { readonly algorithms: readonly TokenAlgorithm[] } & (
  { readonly secret: string } | { readonly publicKey: string } | { readonly jwksUrl: string }
);

const OF_SECRETS: readonly TokenAlgorithm[] = ['HS256'];
const OF_PUBLIC_KEYS = TOKEN_ALGORITHMS.filter((algorithm) => !OF_SECRETS.includes(algorithm));

/**
 * The one source of keys that is set, with algorithms that fit it.
 * @throws SettingsError if there is none or more than one, or an algorithm does not fit
 */
export function tokenKeys({ jwtSecret, jwtPublicKey, jwtJwksUrl, jwtAlgorithms }: TokenSettingValues): TokenKeys {
  if ([jwtSecret, jwtPublicKey, jwtJwksUrl].filter((source) => source !== undefined).length !== 1)
    throw new SettingsError(['JWT_SECRET: exactly one of JWT_SECRET, JWT_PUBLIC_KEY and JWT_JWKS_URL must be set']);
  if (jwtSecret !== undefined) return { secret: jwtSecret, algorithms: fitting(jwtAlgorithms, OF_SECRETS) };
  if (jwtPublicKey !== undefined) {
    const own = algorithmOf(createPublicKey(jwtPublicKey));
    return { publicKey: jwtPublicKey, algorithms: fitting(jwtAlgorithms, own === undefined ? [] : [own]) };
  }
  return { jwksUrl: jwtJwksUrl ?? '', algorithms: fitting(jwtAlgorithms, OF_PUBLIC_KEYS) };
}

function fitting(wanted: readonly TokenAlgorithm[], possible: readonly TokenAlgorithm[]): readonly TokenAlgorithm[] {
  const misfit = wanted.find((algorithm) => !possible.includes(algorithm));
  if (misfit !== undefined) throw new SettingsError([`JWT_ALGORITHMS: ${misfit} does not fit the key; possible: ${possible.join(', ')}`]);
  return wanted.length === 0 ? possible : wanted;
}
