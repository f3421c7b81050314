import { isIP } from 'node:net';

const LOOPBACK = ['localhost', '127.0.0.1', '[::1]'];
const EVERY_ADDRESS = ['0.0.0.0', '[::]'];

/**
 * Whether a Host header names this machine: the loopback, or the address that the app listens on; any address, but no name, if it listens
 * on all of them.
 */
export function isOwnHost(hostHeader: string | undefined, listenHost: string): boolean {
  const name = nameOf(hostHeader ?? '');
  if (name === undefined) return false;
  const own = nameOf(isIP(listenHost) === 6 ? `[${listenHost}]` : listenHost);
  if (LOOPBACK.includes(name) || name === own) return true;
  return own !== undefined && EVERY_ADDRESS.includes(own) && isIP(name.replace(/^\[|\]$/g, '')) !== 0;
}

/** Without the port, in lower case, an address in its one spelling. */
function nameOf(host: string): string | undefined {
  const url = `http://${host}`;
  return URL.canParse(url) ? new URL(url).hostname : undefined;
}
