import { createHash } from 'node:crypto';
import { z } from 'zod';

/** What an API key may allow: sending messages, reading who is connected and what was sent, administration. */
export const API_SCOPES = ['send', 'read', 'admin'] as const;

/** One of the scopes of API keys. */
export type ApiScope = (typeof API_SCOPES)[number];

/** One service's key. The secret itself is not kept. */
export interface ApiKey {
  readonly name: string;
  /** SHA-256 of the secret: 32 bytes. */
  readonly secretSha256: Buffer;
  readonly scopes: readonly ApiScope[];
}

const NAME = /^[A-Za-z0-9._-]{1,64}$/;
/** What an Authorization header can carry, without the commas that separate keys. */
const SECRET = /^[\x21-\x2b\x2d-\x7e]{1,512}$/;
const HASHED_PREFIX = 'sha256-';
const SHA256_HEX = /^[0-9a-f]{64}$/i;

/** API keys from `name:secret:scope+scope`, separated by commas; at least one. Faults name an entry by its name or place, never its secret. */
export const apiKeyList: z.ZodType<readonly ApiKey[]> = z
  .string({ error: 'must hold at least one key, as name:secret:scope+scope' })
  .transform((text, context) => {
    const keys: ApiKey[] = [];
    const refuse = (message: string): void => {
      context.addIssue({ code: 'custom', message });
    };
    for (const [index, entry] of text.split(',').entries()) {
      const key = parseKey(entry.trim());
      if (typeof key === 'string') refuse(`entry ${String(index + 1)} ${key}`);
      else if (keys.some(({ name }) => name === key.name)) refuse(`entry ${String(index + 1)} repeats the name ${key.name}`);
      else if (keys.some(({ secretSha256 }) => secretSha256.equals(key.secretSha256)))
        refuse(`${key.name} repeats the secret of another key`);
      else keys.push(key);
    }
    return keys;
  });

/** The key, or what is wrong with it. */
function parseKey(entry: string): ApiKey | string {
  const nameEnd = entry.indexOf(':');
  const secretEnd = entry.lastIndexOf(':');
  if (nameEnd === secretEnd) return 'is not name:secret:scope+scope';
  const name = entry.slice(0, nameEnd);
  if (!NAME.test(name)) return 'has a name that is not 1–64 of [A-Za-z0-9._-]';
  const scopes = [...new Set(entry.slice(secretEnd + 1).split('+'))];
  if (!scopes.every(isScope)) return `(${name}) has a scope that is none of ${API_SCOPES.join(', ')}`;
  const secretSha256 = hashOf(entry.slice(nameEnd + 1, secretEnd));
  if (secretSha256 === undefined)
    return `(${name}) has a secret that is neither 1–512 printable ASCII characters nor sha256- and 64 hex digits`;
  return { name, secretSha256, scopes };
}

function isScope(text: string): text is ApiScope {
  return (API_SCOPES as readonly string[]).includes(text);
}

function hashOf(secret: string): Buffer | undefined {
  if (secret.startsWith(HASHED_PREFIX)) {
    const hex = secret.slice(HASHED_PREFIX.length);
    return SHA256_HEX.test(hex) ? Buffer.from(hex, 'hex') : undefined;
  }
  return SECRET.test(secret) ? createHash('sha256').update(secret).digest() : undefined;
}
