import { z } from 'zod';
import { publicKeyPem } from './public-key';
import { commaSeparated, wholeNumber } from './schemas';
import { type Setting, type SettingsOf } from './settings';

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const SHORTEST_SECRET_BYTES = 32;

/** The algorithms that tokens may be signed with: one with a secret, the others with a pair of keys. */
export const TOKEN_ALGORITHMS = ['HS256', 'RS256', 'ES256', 'EdDSA'] as const;

/** One of the algorithms of tokens. */
export type TokenAlgorithm = (typeof TOKEN_ALGORITHMS)[number];

/** How the tokens of clients are verified. What the values must be together, `tokenKeys` checks. */
export const tokenSettings = {
  jwtSecret: {
    env: 'JWT_SECRET',
    schema: z
      .string()
      .refine(
        (secret) => Buffer.byteLength(secret) >= SHORTEST_SECRET_BYTES,
        `must be at least ${String(SHORTEST_SECRET_BYTES)} bytes long`,
      )
      .optional(),
    description:
      'The secret that signs tokens with HS256; at least 32 bytes, as RFC 7518 asks. Exactly one of JWT_SECRET, JWT_PUBLIC_KEY and JWT_JWKS_URL must be set.',
    isSecret: true,
  },
  jwtPublicKey: {
    env: 'JWT_PUBLIC_KEY',
    schema: publicKeyPem.optional(),
    description:
      'The public key of whoever signs tokens with RS256, ES256 or EdDSA: PEM, as SPKI or a certificate; line breaks may be written as \\n. RSA from 2048 bits.',
    isSecret: true,
  },
  jwtJwksUrl: {
    env: 'JWT_JWKS_URL',
    schema: z
      .url({ protocol: /^https?$/, error: 'must be an https or http URL' })
      .refine(
        (url) => !URL.canParse(url) || `${new URL(url).username}${new URL(url).password}` === '',
        'must not hold a name or a password',
      )
      .optional(),
    description:
      'Where the public keys of tokens are published as a JSON Web Key Set. They are fetched when the first client comes, kept while the URL does not answer, and fetched anew from time to time and when a token names a key that is not known.',
  },
  jwtAlgorithms: {
    env: 'JWT_ALGORITHMS',
    schema: commaSeparated().pipe(
      z.array(z.enum(TOKEN_ALGORITHMS, { error: `must be of ${TOKEN_ALGORITHMS.join(', ')}` })).transform((names) => [...new Set(names)]),
    ),
    description:
      'The algorithms that a token may be signed with: HS256 with JWT_SECRET; RS256, ES256 or EdDSA with public keys. Unset: all that fit the key.',
  },
  jwtIssuer: {
    env: 'JWT_ISSUER',
    schema: z.string().optional(),
    description: 'The issuer (iss) that tokens must name; unset: any.',
  },
  jwtAudience: {
    env: 'JWT_AUDIENCE',
    schema: z.string().optional(),
    description: 'The audience (aud) that tokens must name; unset: any.',
  },
  jwtLeewayMs: {
    env: 'JWT_LEEWAY_MS',
    schema: wholeNumber(5 * SECOND_MS, 0, 10 * MINUTE_MS),
    unit: 'ms',
    shownDefault: '5000',
    description: 'By how much the clocks of signers and servers may differ: a token counts for so long before its nbf and after its exp.',
  },
  jwksTimeoutMs: {
    env: 'JWT_JWKS_TIMEOUT_MS',
    schema: wholeNumber(5 * SECOND_MS, 100, MINUTE_MS),
    unit: 'ms',
    shownDefault: '5000',
    description: 'How long JWT_JWKS_URL may take for its whole answer. Clients wait for the first one, so keep it below HELLO_DEADLINE_MS.',
  },
  jwksRefreshMs: {
    env: 'JWT_JWKS_REFRESH_MS',
    schema: wholeNumber(10 * MINUTE_MS, SECOND_MS, 24 * 60 * MINUTE_MS),
    unit: 'ms',
    shownDefault: '600000',
    description:
      'When keys are so old they are fetched anew, while the old ones stay in use: how soon a key that was withdrawn is forgotten.',
  },
  jwksCooldownMs: {
    env: 'JWT_JWKS_COOLDOWN_MS',
    schema: wholeNumber(10 * SECOND_MS, 100, 10 * MINUTE_MS),
    unit: 'ms',
    shownDefault: '10000',
    description:
      'The shortest time between two fetches, whatever clients present. A token whose key is not known meanwhile is refused as unavailable, so its client comes back.',
  },
} satisfies Record<string, Setting>;

/** The values of `tokenSettings`. */
export type TokenSettingValues = SettingsOf<typeof tokenSettings>;
