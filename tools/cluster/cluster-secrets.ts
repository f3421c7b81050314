import { randomBytes } from 'node:crypto';
import { createSigner } from 'fast-jwt';

const TOKEN_LIFETIME_MS = 3_600_000;

/** Claims of a client's token beyond `sub` and `exp`, such as `{ channels: ['news'] }`. */
export type TokenClaims = Readonly<Record<string, unknown>>;

/** The secrets of one cluster, made up anew for each. */
export interface ClusterSecrets {
  readonly jwtSecret: string;
  /** Has every scope. */
  readonly apiKey: string;
  /** A token for a user that the gateways accept for an hour; a claim given here replaces ours, `exp` too. */
  signToken(user: string, claims?: TokenClaims): string;
}

/** Makes up the secrets of a cluster. */
export function createSecrets(): ClusterSecrets {
  const jwtSecret = randomBytes(32).toString('base64url');
  const sign = createSigner({ algorithm: 'HS256', key: jwtSecret });
  return {
    jwtSecret,
    apiKey: randomBytes(24).toString('base64url'),
    signToken: (user, claims = {}) => sign({ sub: user, exp: Math.floor((Date.now() + TOKEN_LIFETIME_MS) / 1_000), ...claims }),
  };
}
