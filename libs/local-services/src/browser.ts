import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';
import { LocalServiceError } from './local-service';

const PROGRAMS = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const MAC_PROGRAMS = ['/Applications/Google Chrome.app/Contents/MacOS/Google Chrome', '/Applications/Chromium.app/Contents/MacOS/Chromium'];

/**
 * The path of a Chromium or Chrome: that of `CHROMIUM_PATH`, or the first one found in the usual places; as root on Debian and its descendants it is installed if there is
 * none. Throws a LocalServiceError that says what to install.
 */
export function findBrowser(environment: NodeJS.ProcessEnv): string {
  const chosen = environment['CHROMIUM_PATH'];
  if (chosen !== undefined && chosen !== '') {
    if (isProgram(chosen)) return chosen;
    throw new LocalServiceError(`CHROMIUM_PATH is ${chosen}, which is not a program`);
  }
  return installedBrowser(environment) ?? installBrowser(environment);
}

function installedBrowser(environment: NodeJS.ProcessEnv): string | undefined {
  const folders = (environment['PATH'] ?? '').split(delimiter).filter(isAbsolute);
  return [...PROGRAMS.flatMap((program) => folders.map((folder) => join(folder, program))), ...MAC_PROGRAMS].find(isProgram);
}

function installBrowser(environment: NodeJS.ProcessEnv): string {
  const advice = 'install Chromium (Debian: apt-get install chromium) or Chrome, or set CHROMIUM_PATH';
  if (process.getuid?.() !== 0 || !existsSync('/etc/debian_version')) throw new LocalServiceError(`no browser was found: ${advice}`);
  for (const args of [['update'], ['install', '-y', '--no-install-recommends', 'chromium']]) {
    const run = spawnSync('apt-get', ['-qq', ...args], { env: { ...environment, DEBIAN_FRONTEND: 'noninteractive' }, encoding: 'utf8' });
    if (run.status !== 0)
      throw new LocalServiceError(
        `no browser was found, and apt-get ${args.join(' ')} failed: ${advice}\n${run.error?.message ?? run.stderr.trim()}`,
      );
  }
  const installed = installedBrowser(environment);
  if (installed === undefined) throw new LocalServiceError(`chromium was installed, but is not on the PATH: ${advice}`);
  return installed;
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false; // there is none
  }
}
