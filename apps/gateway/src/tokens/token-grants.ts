import { z } from 'zod';
import { BOUNDS, isUser, SwitchboardError, type StreamTarget } from '@switchboard/protocol';

/** What a token says of its bearer. */
export interface TokenGrants {
  readonly user: string;
  /** The channels that may be subscribed: names, or prefixes that end with `*`. */
  readonly channels: readonly string[];
  /** Whom its bearer may send to: `user:*` (every user), `channel:` and a name, or `channel:` and a prefix that ends with `*`. */
  readonly publish: readonly string[];
  /** Kept with the connection. */
  readonly meta?: Readonly<Record<string, unknown>> | undefined;
  /** When it expires, in milliseconds since 1970; may be as far away as a number can be. */
  readonly expiresAtMs: number;
}

const MOST_META_BYTES = 1_024;
const SECOND_MS = 1_000;

const names = z
  .array(z.string())
  .max(BOUNDS.namesOfFrame, `must have at most ${String(BOUNDS.namesOfFrame)} entries`)
  .default([]);

const claims = z.object({
  sub: z.string().refine(isUser, 'must be a user'),
  // Infinity is what JSON.parse makes of 1e999.
  exp: z.custom<number>((value) => typeof value === 'number', 'must be a number'),
  channels: names,
  publish: names,
  meta: z
    .record(z.string(), z.unknown())
    .refine((meta) => Buffer.byteLength(JSON.stringify(meta)) <= MOST_META_BYTES, `must be at most ${String(MOST_META_BYTES)} bytes`)
    .optional(),
});

/**
 * The grants of a token whose signature has been verified.
 * @throws SwitchboardError `bad_token` if a claim is missing or out of bounds
 */
export function grantsOf(payload: unknown): TokenGrants {
  const result = claims.safeParse(payload);
  if (result.success) {
    const { sub, exp, ...grants } = result.data;
    return { user: sub, ...grants, expiresAtMs: exp * SECOND_MS };
  }
  const [issue] = result.error.issues;
  throw new SwitchboardError('bad_token', `The claim ${issue?.path.join('.') ?? ''} ${issue?.message ?? 'is not valid'}.`);
}

/** Whether a token with these channels allows `channel`. */
export function allowsChannel(channels: readonly string[], channel: string): boolean {
  return channels.some((pattern) => matches(pattern, channel));
}

/** Whether a token with these publish grants allows sending to `target`. */
export function allowsPublish(publish: readonly string[], target: StreamTarget): boolean {
  if ('user' in target) return publish.includes('user:*');
  return 'channel' in target && publish.some((pattern) => pattern.startsWith('channel:') && matches(pattern, `channel:${target.channel}`));
}

function matches(pattern: string, name: string): boolean {
  return pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : pattern === name;
}
