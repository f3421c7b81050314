import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { providePythonEnvironment } from './python-environment';

const TIMEOUT_MS = 120_000;

describe('A Python environment', () => {
  const folder = mkdtempSync(join(tmpdir(), 'switchboard-python-'));
  const requirements = join(folder, 'requirements.txt');
  const environment = process.env;
  const cacheHome = environment['XDG_CACHE_HOME'];

  beforeAll(() => {
    environment['XDG_CACHE_HOME'] = folder;
  });
  afterAll(() => {
    if (cacheHome === undefined) delete environment['XDG_CACHE_HOME'];
    else environment['XDG_CACHE_HOME'] = cacheHome;
    rmSync(folder, { recursive: true });
  });

  it(
    'has an interpreter that works, is made once per content of its requirements, and may be made twice at once',
    async () => {
      writeFileSync(requirements, '# nothing\n');
      const made = await Promise.all([1, 2].map(() => providePythonEnvironment(requirements, environment)));
      const [first] = made;
      expect(execFileSync(first?.python ?? '', ['-c', 'import sys; print(sys.prefix != sys.base_prefix)'], { encoding: 'utf8' })).toBe(
        'True\n',
      );
      expect(execFileSync(first?.program('pip') ?? '', ['--version'], { encoding: 'utf8' })).toMatch(/^pip /);
      const before = readdirSync(join(folder, 'switchboard/python'));
      expect((await providePythonEnvironment(requirements, environment)).python).toBe(made[1]?.python);
      expect(readdirSync(join(folder, 'switchboard/python'))).toEqual(before);
      writeFileSync(requirements, '# something else\n');
      expect((await providePythonEnvironment(requirements, environment)).python).not.toBe(first?.python);
    },
    TIMEOUT_MS,
  );

  it('says what pip said where a package cannot be had, and leaves nothing behind', async () => {
    const before = readdirSync(join(folder, 'switchboard/python'));
    writeFileSync(requirements, './there-is-no-such-package\n');
    await expect(providePythonEnvironment(requirements, environment)).rejects.toThrow(/there-is-no-such-package/);
    expect(readdirSync(join(folder, 'switchboard/python'))).toEqual(before);
  });

  it('does not fall back to another Python where PYTHON_PATH is wrong', async () => {
    await expect(providePythonEnvironment(requirements, { ...environment, PYTHON_PATH: '/nonexistent/python3' })).rejects.toThrow(
      'PYTHON_PATH is /nonexistent/python3',
    );
  });
});
