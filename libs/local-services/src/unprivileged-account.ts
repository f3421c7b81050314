import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { LocalServiceError } from './local-service';

/** An account that programs run as which refuse to run as root. */
export interface Account {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/** The account for PostgreSQL when we are root: `postgres` if the machine has it, else `nobody`; undefined when we are not root, and need none. */
export function unprivilegedAccount(): Account | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const account = findAccount(readFileSync('/etc/passwd', 'utf8'), ['postgres', 'nobody']);
  if (account === undefined)
    throw new LocalServiceError(
      'PostgreSQL does not run as root, and this machine has neither an account `postgres` nor `nobody`: run as another user',
    );
  return account;
}

/** The first of these names that a passwd file lists with an id other than root's. */
export function findAccount(passwd: string, names: readonly string[]): Account | undefined {
  const accounts = passwd
    .split('\n')
    .filter((line) => !line.startsWith('#'))
    .map((line) => line.split(':'))
    .map(([name = '', , uid, gid]) => ({ name, uid: Number(uid), gid: Number(gid) }))
    .filter(({ uid, gid }) => Number.isInteger(uid) && uid !== 0 && Number.isInteger(gid));
  return names.map((name) => accounts.find((account) => account.name === name)).find((account) => account !== undefined);
}

/** Whether the account can enter a folder, found out by trying; of a folder that does not exist yet, its nearest parent that does. */
export function canEnter(account: Account, folder: string): boolean {
  let existing = resolve(folder);
  while (!existsSync(existing)) existing = dirname(existing);
  const trial = spawnSync('/bin/sh', ['-c', 'test -x "$1"', 'sh', existing], {
    cwd: '/',
    uid: account.uid,
    gid: account.gid,
    stdio: 'ignore',
  });
  if (trial.error !== undefined) throw new LocalServiceError(`cannot run a program as ${account.name}: ${trial.error.message}`);
  return trial.status === 0;
}
