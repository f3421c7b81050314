import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What PostgreSQL writes to `postmaster.pid` in its data folder about the server that runs there. */
export interface PostmasterPid {
  readonly pid: number;
  /** Undefined while the server has not come so far. */
  readonly port: number | undefined;
  readonly isReady: boolean;
}

/** Reads the text of a `postmaster.pid`; undefined if it is not one (or not yet). */
export function parsePostmasterPid(text: string): PostmasterPid | undefined {
  const lines = text.split('\n').map((line) => line.trim());
  const pid = Number(lines[0]);
  if (!Number.isInteger(pid) || pid <= 0) return undefined;
  const port = Number(lines[3]);
  return { pid, port: Number.isInteger(port) && port > 0 ? port : undefined, isReady: lines[7] === 'ready' };
}

/** Reads the file in a data folder; undefined if there is none. */
export function readPostmasterPid(clusterFolder: string): PostmasterPid | undefined {
  try {
    return parsePostmasterPid(readFileSync(join(clusterFolder, 'postmaster.pid'), 'utf8'));
  } catch {
    return undefined; // no server runs there
  }
}
