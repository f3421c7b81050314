import { createVerifier, TokenError } from 'fast-jwt';
import { z } from 'zod';
import { isUser, SwitchboardError } from '@switchboard/protocol';

/** What a token says of its bearer. */
export interface TokenGrants {
  readonly user: string;
  /** The channels that may be subscribed: names, or prefixes that end with `*`. */
  readonly channels: readonly string[];
  /** Kept with the connection. */
  readonly meta?: Readonly<Record<string, unknown>> | undefined;
}

/** How tokens are verified. */
export interface TokenSettings {
  readonly jwtSecret: string;
  readonly jwtAlgorithms: readonly 'HS256'[];
  readonly jwtIssuer?: string | undefined;
  readonly jwtAudience?: string | undefined;
}

const MOST_META_BYTES = 1_024;

const claims = z.object({
  sub: z.string().refine(isUser, 'must be a user'),
  channels: z.array(z.string()).default([]),
  meta: z
    .record(z.string(), z.unknown())
    .refine((meta) => Buffer.byteLength(JSON.stringify(meta)) <= MOST_META_BYTES, `must be at most ${String(MOST_META_BYTES)} bytes`)
    .optional(),
});

/** Verifies the tokens of clients. */
export class TokenVerifier {
  private readonly verifySignature: (token: string) => unknown;

  constructor({ jwtSecret, jwtAlgorithms, jwtIssuer, jwtAudience }: TokenSettings) {
    this.verifySignature = createVerifier({
      key: jwtSecret,
      algorithms: [...jwtAlgorithms],
      // fast-jwt compares the issuer and the audience only where a token names them.
      requiredClaims: ['sub', 'exp', ...(jwtIssuer === undefined ? [] : ['iss']), ...(jwtAudience === undefined ? [] : ['aud'])],
      ...(jwtIssuer === undefined ? {} : { allowedIss: jwtIssuer }),
      ...(jwtAudience === undefined ? {} : { allowedAud: jwtAudience }),
    });
  }

  /** @throws SwitchboardError `token_expired` or `bad_token`; the message never quotes the token */
  verify(token: string): TokenGrants {
    const result = claims.safeParse(this.payloadOf(token));
    if (result.success) return { user: result.data.sub, channels: result.data.channels, meta: result.data.meta };
    const [issue] = result.error.issues;
    throw new SwitchboardError('bad_token', `The claim ${issue?.path.join('.') ?? ''} ${issue?.message ?? 'is not valid'}.`);
  }

  private payloadOf(token: string): unknown {
    try {
      return this.verifySignature(token);
    } catch (error) {
      const isExpired = error instanceof TokenError && error.code === TokenError.codes.expired;
      throw new SwitchboardError(isExpired ? 'token_expired' : 'bad_token');
    }
  }
}

/** Whether a token with these channels allows `channel`. */
export function allowsChannel(channels: readonly string[], channel: string): boolean {
  return channels.some((pattern) => (pattern.endsWith('*') ? channel.startsWith(pattern.slice(0, -1)) : pattern === channel));
}
