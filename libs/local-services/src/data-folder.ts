import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { LocalServiceError } from './local-service';
import { canEnter, unprivilegedAccount, type Account } from './unprivileged-account';

/**
 * Where the data of a project's local services belongs: `.switchboard` in its folder; where PostgreSQL has to run as another account (we are root) that cannot enter
 * that folder, `/var/lib/switchboard/<hash of the folder>`.
 */
export function defaultDataFolder(projectFolder: string): string {
  return decideDataFolder(resolve(projectFolder), unprivilegedAccount(), canEnter);
}

/** The rule of `defaultDataFolder` by itself. */
export function decideDataFolder(
  projectFolder: string,
  account: Account | undefined,
  mayEnter: (account: Account, folder: string) => boolean,
): string {
  const inProject = join(projectFolder, '.switchboard');
  if (account === undefined || mayEnter(account, inProject)) return inProject;
  return join('/var/lib/switchboard', createHash('sha256').update(projectFolder).digest('hex').slice(0, 12));
}

/** Creates a folder, with its parents, that the account can enter but not list or change; without an account, one for us alone. Throws if the account could not enter it. */
export function createEnterableFolder(folder: string, account: Account | undefined): void {
  if (account !== undefined && !canEnter(account, folder)) {
    throw new LocalServiceError(
      `${folder} cannot hold PostgreSQL's data: we are root, so PostgreSQL runs as ${account.name}, which cannot enter that folder. Choose another one, or allow it (chmod o+x on it and its parents)`,
    );
  }
  const mode = account === undefined ? 0o700 : 0o711;
  const firstCreated = mkdirSync(folder, { recursive: true, mode });
  if (firstCreated === undefined) return;
  // The umask may have taken bits away.
  for (let each = resolve(folder); each.length >= firstCreated.length; each = dirname(each)) chmodSync(each, mode);
}
