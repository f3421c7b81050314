import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, chownSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { LocalServiceError } from './local-service';
import { type Account } from './unprivileged-account';

/** The role that owns everything in a cluster that we create. */
export const POSTGRES_USER = 'switchboard';

/** A database cluster on disk, and the password of its one role. */
export interface PostgresCluster {
  readonly folder: string;
  readonly password: string;
}

/**
 * The cluster below a data folder; created at the first call. The data folder itself stays ours: only its `cluster` is given to the account that PostgreSQL runs as.
 * A creation that was interrupted leaves nothing that a later start would take for a cluster.
 */
export async function openCluster(dataFolder: string, initdb: string, account: Account | undefined): Promise<PostgresCluster> {
  const folder = join(dataFolder, 'cluster');
  const passwordFile = join(dataFolder, 'password');
  if (existsSync(folder)) return { folder, password: readFileSync(passwordFile, 'utf8').trim() };

  for (const name of readdirSync(dataFolder))
    if (name.startsWith('cluster.')) rmSync(join(dataFolder, name), { recursive: true, force: true });
  const password = randomBytes(24).toString('base64url');
  const draft = join(dataFolder, `cluster.${randomBytes(6).toString('hex')}`);
  const passwordForInitdb = `${draft}.password`;
  mkdirSync(draft, { mode: 0o700 });
  writeFileSync(passwordForInitdb, password, { mode: 0o600 });
  if (account !== undefined) for (const path of [draft, passwordForInitdb]) chownSync(path, account.uid, account.gid);
  try {
    await runInitdb(initdb, draft, passwordForInitdb, account);
    writeFileSync(passwordFile, `${password}\n`, { mode: 0o600 });
    chmodSync(passwordFile, 0o600);
    renameSync(draft, folder);
  } finally {
    rmSync(passwordForInitdb, { force: true });
    rmSync(draft, { recursive: true, force: true });
  }
  return { folder, password };
}

// A password, because any user of the machine can connect to a port of 127.0.0.1. No locale, so that text sorts the same on every machine.
async function runInitdb(initdb: string, folder: string, passwordFile: string, account: Account | undefined): Promise<void> {
  const args = [
    '-D',
    folder,
    '-U',
    POSTGRES_USER,
    '--auth=scram-sha-256',
    `--pwfile=${passwordFile}`,
    '--encoding=UTF8',
    '--no-locale',
    '--no-instructions',
  ];
  const child = spawn(initdb, args, {
    cwd: '/',
    env: { PATH: process.env['PATH'], LC_ALL: 'C' },
    stdio: ['ignore', 'ignore', 'pipe'],
    ...(account && { uid: account.uid, gid: account.gid }),
  });
  const ended = Promise.race([
    once(child, 'exit').then(([code]) => (code === 0 ? undefined : `it ended with ${String(code)}`)),
    once(child, 'error').then(([error]) => (error as Error).message),
  ]);
  const [failure, complaint] = await Promise.all([ended, text(child.stderr)]);
  if (failure !== undefined)
    throw new LocalServiceError(`PostgreSQL's initdb failed (its programs need glibc): ${failure}\n${complaint.trim()}`);
}
