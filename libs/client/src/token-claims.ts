/** What the SDK reads in a token, unverified. */
export interface TokenClaims {
  readonly sub?: string | undefined;
  /** Milliseconds since 1970. */
  readonly expiresAtMs?: number | undefined;
  readonly issuedAtMs?: number | undefined;
}

/** The claims of a JWT, as far as they are there; nothing of what is no JWT. Never throws. */
export function readTokenClaims(token: string): TokenClaims {
  try {
    const payload = token.split('.')[1] ?? '';
    const bytes = Uint8Array.from(atob(payload.replaceAll('-', '+').replaceAll('_', '/')), (char) => char.charCodeAt(0));
    const { sub, exp, iat } = JSON.parse(new TextDecoder().decode(bytes)) as Readonly<Record<string, unknown>>;
    return { sub: typeof sub === 'string' ? sub : undefined, expiresAtMs: toMs(exp), issuedAtMs: toMs(iat) };
  } catch {
    return {}; // the server judges tokens
  }
}

function toMs(seconds: unknown): number | undefined {
  return typeof seconds === 'number' ? seconds * 1_000 : undefined;
}
