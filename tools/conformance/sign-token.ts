import { createHmac } from 'node:crypto';

const LIFETIME_S = 3_600;

/** A JWT (HS256) for an hour; a claim of `claims` replaces ours, and goes if it is undefined. */
export function signToken(secret: string, claims: Readonly<Record<string, unknown>>): string {
  const exp = Math.floor(Date.now() / 1_000) + LIFETIME_S;
  const content = [
    { alg: 'HS256', typ: 'JWT' },
    { exp, ...claims },
  ]
    .map(encoded)
    .join('.');
  return `${content}.${createHmac('sha256', secret).update(content).digest('base64url')}`;
}

function encoded(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
