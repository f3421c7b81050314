interface CloseCode {
  readonly code: number;
  /** What the close frame says, and what the documents say of the code. */
  readonly reason: string;
}

/**
 * The close codes of version 1. 4000–4499: come back, with backoff and jitter. 4500–4999: stay away, until the application says so
 * or has a new token.
 */
export const CLOSE = {
  goingAway: { code: 4000, reason: 'going away' },
  silent: { code: 4001, reason: 'silent' },
  noHello: { code: 4002, reason: 'no hello' },
  overloaded: { code: 4003, reason: 'overloaded' },
  registrationFailed: { code: 4005, reason: 'registration failed, try elsewhere' },
  rateLimited: { code: 4007, reason: 'rate limited' },
  badToken: { code: 4500, reason: 'bad token' },
  tokenExpired: { code: 4501, reason: 'token expired' },
  originRefused: { code: 4502, reason: 'origin refused' },
  closedByAdministrator: { code: 4503, reason: 'closed by an administrator' },
  protocolError: { code: 4504, reason: 'protocol error' },
  limitReached: { code: 4505, reason: 'a limit that waiting does not cure' },
  replaced: { code: 4506, reason: 'replaced under the connection limit of the user' },
} as const satisfies Record<string, CloseCode>;

/** One of the close codes that the server sends. */
export type Close = (typeof CLOSE)[keyof typeof CLOSE];

const POLICY_VIOLATION = 1008;

/** Whether a client comes back by itself after a close with `code`. After 4501 it does so once it has a new token. */
export function mayReconnect(code: number): boolean {
  if (code === CLOSE.tokenExpired.code) return true;
  return code !== POLICY_VIOLATION && !(code >= 4500 && code <= 4999);
}
