import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

const REGISTRY = 'https://registry.npmjs.org/';

interface LockFile {
  readonly packages?: Readonly<Record<string, { readonly resolved?: string; readonly link?: boolean }>>;
}

/** The packages of a lock file that name another place than the public registry; npm fetches those that name none from the registry it is set to. */
export function faultsOfLockFile({ packages = {} }: LockFile): string[] {
  return Object.entries(packages).flatMap(([path, { resolved, link }]) =>
    resolved === undefined || link === true || resolved.startsWith(REGISTRY) ? [] : [`${path} is resolved elsewhere than at ${REGISTRY}`],
  );
}

/** What is wrong with package-lock.json. */
export async function lockFileFaults(root: string): Promise<string[]> {
  return faultsOfLockFile(JSON.parse(await readFile(join(root, 'package-lock.json'), 'utf8')) as LockFile);
}
