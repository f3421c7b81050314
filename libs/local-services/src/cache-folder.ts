import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where one user's downloads are kept: `switchboard` in `XDG_CACHE_HOME`, or in `~/.cache`. */
export function userCacheFolder(): string {
  const configured = process.env['XDG_CACHE_HOME'];
  return join(configured?.startsWith('/') === true ? configured : join(homedir(), '.cache'), 'switchboard');
}
