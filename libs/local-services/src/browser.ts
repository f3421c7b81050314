import { delimiter, isAbsolute, join } from 'node:path';
import { installDebianPackages } from './debian-packages';
import { isProgram } from './is-program';
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
  installDebianPackages(['chromium'], { environment, missing: 'no browser was found', advice });
  const installed = installedBrowser(environment);
  if (installed === undefined) throw new LocalServiceError(`chromium was installed, but is not on the PATH: ${advice}`);
  return installed;
}
