import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { commitFaults, faultOfSubject } from './commit-messages';

const isFolder = (name: string): boolean => name === 'gateway';

describe('The subject of a commit', () => {
  it.each(['feat: hold sockets', 'fix(gateway): close once', 'refactor(gateway)!: split it', 'ci: run it'])('may be "%s"', (subject) => {
    expect(faultOfSubject(subject, isFolder)).toBeUndefined();
  });

  it.each(['hold sockets', 'feature: hold sockets', 'feat:hold sockets', 'feat(): x', 'feat(gateway) x', 'Feat: x', 'feat: ', ''])(
    'may not be "%s"',
    (subject) => {
      expect(faultOfSubject(subject, isFolder)).toContain('type(scope): summary');
    },
  );

  it('may not have a scope that is no folder', () => {
    expect(faultOfSubject('fix(gatway): close once', isFolder)).toBe('has the scope gatway, which is no folder');
  });
});

describe('The commits of a repository', () => {
  let root: string;
  const git = (...args: readonly string[]): void => {
    const identity = ['-c', 'user.name=Someone', '-c', 'user.email=someone@example.org', '-c', 'commit.gpgsign=false'];
    execFileSync('git', [...identity, ...args], { cwd: root, stdio: 'ignore' });
  };

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'commits-'));
  });

  afterEach(() => {
    rmSync(root, { recursive: true, force: true });
  });

  it('are all checked, with the folders that any of them touched as scopes', async () => {
    git('init', '--quiet');
    mkdirSync(join(root, 'apps/gateway/src'), { recursive: true });
    writeFileSync(join(root, 'apps/gateway/src/main.ts'), '');
    git('add', '.');
    git('commit', '--quiet', '-m', 'feat(gateway): begin');
    git('rm', '--quiet', '-r', '.');
    git('commit', '--quiet', '-m', 'fix(api): end');
    git('commit', '--quiet', '--allow-empty', '-m', 'whatever');
    expect(await commitFaults(root)).toEqual([
      expect.stringMatching(/^[0-9a-f]+ "whatever" is not/),
      expect.stringMatching(/^[0-9a-f]+ "fix\(api\): end" has the scope api/),
    ]);
  });

  it('are nothing to check where there is no repository', async () => {
    expect(await commitFaults(root)).toEqual([]);
  });

  it('are nothing to check before the first commit', async () => {
    git('init', '--quiet');
    expect(await commitFaults(root)).toEqual([]);
  });

  it('are nothing to check in a folder inside of another repository', async () => {
    git('init', '--quiet');
    git('commit', '--quiet', '--allow-empty', '-m', 'whatever');
    mkdirSync(join(root, 'vendored'));
    expect(await commitFaults(join(root, 'vendored'))).toEqual([]);
  });
});
