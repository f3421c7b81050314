import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

const MARK = 'nest-cli.json';

/** The folder of the checkout that this file is in, whether compiled or not. */
export function projectFolder(): string {
  for (let folder = __dirname; folder !== dirname(folder); folder = dirname(folder)) {
    if (existsSync(join(folder, MARK))) return folder;
  }
  throw new Error(`no ${MARK} above ${__dirname}: standalone runs from a checkout`);
}
