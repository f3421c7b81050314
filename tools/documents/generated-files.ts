import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { APPS, CONCERNS, EXAMPLES } from '../settings/concerns';
import { describeVariables } from '../settings/described-variables';
import { renderErrors } from './render-errors';
import { renderConfiguration, renderEnvironment } from '../settings/render';

/** The files that are made from the code, by their paths. */
function generatedFiles(): ReadonlyMap<string, string> {
  const concerns = describeVariables(APPS, CONCERNS);
  return new Map([
    ['.env.example', renderEnvironment(concerns, EXAMPLES)],
    ['docs/configuration.md', renderConfiguration(concerns)],
    ['docs/errors.md', renderErrors()],
  ]);
}

/** Which of the files are not current. */
export async function documentFaults(root: string): Promise<string[]> {
  const faults: string[] = [];
  for (const [path, text] of generatedFiles()) {
    const found = await readFile(join(root, path), 'utf8').catch(() => undefined);
    if (found !== text) faults.push(`${path} is not current: run \`npm run docs:write\` and commit what it changes.`);
  }
  return faults;
}

/** Writes the files; returns their paths. */
export async function writeGeneratedFiles(root: string): Promise<string[]> {
  const files = generatedFiles();
  await Promise.all([...files].map(([path, text]) => writeFile(join(root, path), text)));
  return [...files.keys()];
}
