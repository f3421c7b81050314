import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { LocalServiceError } from '@switchboard/local-services';

/** The folder of this checkout: from `dist/tools/cluster` and from `tools/cluster` it is a different number of steps up. */
export function projectRoot(): string {
  for (let folder = __dirname; folder !== dirname(folder); folder = dirname(folder)) {
    const manifest = join(folder, 'package.json');
    if (existsSync(manifest) && (JSON.parse(readFileSync(manifest, 'utf8')) as { name?: string }).name === 'switchboard') return folder;
  }
  throw new LocalServiceError(`no folder above ${__dirname} holds the package.json of switchboard`);
}

/** The path of a built file; throws a LocalServiceError that names the command to run where it is missing. */
export function builtFile(pathInProject: string): string {
  const file = join(projectRoot(), pathInProject);
  if (!existsSync(file)) throw new LocalServiceError(`${pathInProject} is missing: run \`npm run build\` first`);
  return file;
}
