import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { LocalServiceError } from './local-service';

/** Why packages are installed, and what a person does who has to do it. */
export interface DebianInstallation {
  readonly environment: NodeJS.ProcessEnv;
  /** What was not found, as the beginning of a sentence. */
  readonly missing: string;
  readonly advice: string;
}

/** Installs packages, which only root can, and only on Debian and its descendants. Throws a LocalServiceError with the advice. */
export function installDebianPackages(packages: readonly string[], { environment, missing, advice }: DebianInstallation): void {
  if (process.getuid?.() !== 0 || !existsSync('/etc/debian_version')) throw new LocalServiceError(`${missing}: ${advice}`);
  for (const args of [['update'], ['install', '-y', '--no-install-recommends', ...packages]]) {
    const run = spawnSync('apt-get', ['-qq', ...args], { env: { ...environment, DEBIAN_FRONTEND: 'noninteractive' }, encoding: 'utf8' });
    if (run.status === 0) continue;
    throw new LocalServiceError(`${missing}, and apt-get ${args.join(' ')} failed: ${advice}\n${run.error?.message ?? run.stderr.trim()}`);
  }
}
