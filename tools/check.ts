import { spawn } from 'node:child_process';
import { commitFaults } from './checks/commit-messages';
import { linkFaults } from './checks/links';
import { lockFileFaults } from './checks/lock-file';
import { documentFaults } from './documents/generated-files';

/** One static check. */
interface Check {
  readonly name: string;
  /** What holds if it passes. */
  readonly promise: string;
  /** What is wrong, in lines for a person; empty: nothing. */
  readonly run: () => Promise<string>;
}

const CHECKS: readonly Check[] = [
  script('typecheck', 'the types fit'),
  script('lint', 'ESLint finds nothing'),
  script('format:check', 'all files are formatted (mend it with `npm run format`)'),
  script('deps', 'no import breaks an arrow between the folders'),
  script('knip', 'no file, export or dependency is unused'),
  { name: 'docs', promise: 'the generated documents are current', run: async () => lines(await documentFaults('.')) },
  { name: 'links', promise: 'the links in the documents lead somewhere', run: async () => lines(await linkFaults('.')) },
  { name: 'commits', promise: 'the commit messages are Conventional Commits', run: async () => lines(await commitFaults('.')) },
  { name: 'lock', promise: 'package-lock.json names no registry', run: async () => lines(await lockFileFaults('.')) },
];

/** `npm run check`: every static check of CI, one after another; `npm run check -- links commits`: those that are named. */
async function main(names: readonly string[]): Promise<void> {
  const unknown = names.filter((name) => !CHECKS.some((check) => check.name === name));
  if (unknown.length > 0)
    throw new Error(`There is no check ${unknown.join(', ')}; there are ${CHECKS.map(({ name }) => name).join(', ')}.`);
  const failed: string[] = [];
  for (const { name, promise, run } of CHECKS) {
    if (names.length > 0 && !names.includes(name)) continue;
    const startedAtMs = performance.now();
    process.stdout.write(`${name}: ${promise} … `);
    const faults = await run();
    console.log(`${faults === '' ? 'yes' : 'NO'} (${((performance.now() - startedAtMs) / 1_000).toFixed(1)} s)`);
    if (faults === '') continue;
    failed.push(name);
    console.log(`\n${faults}\n`);
  }
  console.log(failed.length === 0 ? 'All checks passed.' : `Failed: ${failed.join(', ')}.`);
  process.exitCode = failed.length === 0 ? 0 : 1;
}

/** A check that is a script of package.json. */
function script(name: string, promise: string): Check {
  return { name, promise, run: () => outputIfItFails('npm', ['run', '--silent', name]) };
}

function outputIfItFails(command: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    const chunks: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.on('error', reject);
    child.on('close', (code, signal) => {
      const output = Buffer.concat(chunks).toString('utf8').trim();
      resolve(code === 0 ? '' : output || `${command} ${args.join(' ')} ended with ${String(code ?? signal)} and said nothing.`);
    });
  });
}

function lines(faults: readonly string[]): string {
  return faults.map((fault) => `  ${fault}`).join('\n');
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
