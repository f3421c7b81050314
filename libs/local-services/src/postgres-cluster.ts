import { randomBytes } from 'node:crypto';
import { chmodSync, chownSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LocalServiceError } from './local-service';
import { runProgram } from './run-program';
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
  const outcome = await runProgram(initdb, args, {
    cwd: '/',
    env: { PATH: process.env['PATH'], LC_ALL: 'C' },
    ...(account && { uid: account.uid, gid: account.gid }),
  });
  switch (outcome.result) {
    case 'succeeded':
      return;
    case 'not started':
      throw new LocalServiceError(
        `PostgreSQL's programs do not run here (${outcome.reason}; on Linux they need glibc): set DATABASE_URL to a running PostgreSQL`,
      );
    case 'failed':
      throw new LocalServiceError(`PostgreSQL's initdb failed: ${outcome.output}`);
  }
}
