import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

interface LockFile {
  readonly packages?: Readonly<Record<string, { readonly resolved?: string; readonly link?: boolean }>>;
}

/** The packages of a lock file that name where they come from; npm fetches those that name nothing from the registry it is set to. */
export function faultsOfLockFile({ packages = {} }: LockFile): string[] {
  return Object.entries(packages).flatMap(([path, { resolved, link }]) =>
    resolved === undefined || link === true ? [] : [`${path} names a place; .npmrc keeps npm from writing it: run npm install again`],
  );
}

/** What is wrong with package-lock.json. */
export async function lockFileFaults(root: string): Promise<string[]> {
  return faultsOfLockFile(JSON.parse(await readFile(join(root, 'package-lock.json'), 'utf8')) as LockFile);
}
