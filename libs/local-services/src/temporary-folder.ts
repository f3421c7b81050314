import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { canEnter, type Account } from './unprivileged-account';

/** A new empty folder for data that nobody will miss; the account, if given, can enter it but not list or change it. */
export function temporaryFolder(name: string, account?: Account): string {
  for (const parent of new Set([tmpdir(), '/tmp'])) {
    const folder = mkdtempSync(join(parent, `switchboard-${name}-`));
    if (account === undefined) return folder;
    chmodSync(folder, 0o711);
    if (canEnter(account, folder)) return folder;
    rmSync(folder, { recursive: true });
  }
  return mkdtempSync(join('/var/tmp', `switchboard-${name}-`)); // what cannot be entered there is reported by whoever needs it
}
