import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';

const LONGEST_HOST = 48;

/** A name for a server that was given none: the host's, and some random letters, since several may run on one host. */
export function makeServerId(): string {
  const host = hostname()
    .replace(/[^A-Za-z0-9._-]/g, '-')
    .slice(0, LONGEST_HOST);
  return `${host}-${randomBytes(4).toString('hex')}`;
}
