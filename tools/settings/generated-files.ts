import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { APPS, CONCERNS, EXAMPLES } from './concerns';
import { describeVariables } from './described-variables';
import { renderConfiguration, renderEnvironment } from './render';

/** The files that are made from the descriptions of the settings, by their paths. */
function generatedFiles(): ReadonlyMap<string, string> {
  const concerns = describeVariables(APPS, CONCERNS);
  return new Map([
    ['.env.example', renderEnvironment(concerns, EXAMPLES)],
    ['docs/configuration.md', renderConfiguration(concerns)],
  ]);
}

/** Which of the files are not current. */
export async function settingsFaults(root: string): Promise<string[]> {
  const faults: string[] = [];
  for (const [path, text] of generatedFiles()) {
    const found = await readFile(join(root, path), 'utf8').catch(() => undefined);
    if (found !== text) faults.push(`${path} is not current: run \`npm run docs:settings\` and commit what it changes.`);
  }
  return faults;
}

/** Writes the files; returns their paths. */
export async function writeGeneratedFiles(root: string): Promise<string[]> {
  const files = generatedFiles();
  await Promise.all([...files].map(([path, text]) => writeFile(join(root, path), text)));
  return [...files.keys()];
}
