import { execFile } from 'node:child_process';
import { realpath } from 'node:fs/promises';
import { promisify } from 'node:util';

const TYPES = ['feat', 'fix', 'docs', 'test', 'refactor', 'perf', 'build', 'ci', 'chore'];
const SUBJECT = new RegExp(`^(?:${TYPES.join('|')})(?:\\((?<scope>[^()]+)\\))?!?: \\S.*$`);
/** Between the fields of a commit; no subject holds it. */
const FIELD = '\u001f';
const MOST_OUTPUT_BYTES = 256 * 1_024 * 1_024;

const run = promisify(execFile);

/**
 * What is wrong with a subject line, or undefined.
 * @param isFolder whether a name is one of a folder, now or in the past
 */
export function faultOfSubject(subject: string, isFolder: (name: string) => boolean): string | undefined {
  const match = SUBJECT.exec(subject);
  if (match === null) return `is not "type: summary" or "type(scope): summary" with a type of ${TYPES.join(', ')}`;
  const scope = match.groups?.['scope'];
  return scope === undefined || isFolder(scope) ? undefined : `has the scope ${scope}, which is no folder`;
}

/**
 * What is wrong with the commits that lead to HEAD; merges count for nothing. A shallow clone is checked as far as it goes, and without git
 * or a history there is nothing to check.
 */
export async function commitFaults(root: string): Promise<string[]> {
  const log = await historyOf(root);
  if (log === undefined) return [];
  const commits: { readonly hash: string; readonly subject: string }[] = [];
  const folders = new Set<string>();
  for (const line of log.split('\n')) {
    const [empty, hash, subject] = line.split(FIELD);
    if (empty === '' && hash !== undefined && subject !== undefined) commits.push({ hash, subject });
    else for (const folder of line.split('/').slice(0, -1).slice(0, 2)) folders.add(folder.replace(/^\./, ''));
  }
  return commits.flatMap(({ hash, subject }) => {
    const fault = faultOfSubject(subject, (name) => folders.has(name));
    return fault === undefined ? [] : [`${hash} "${subject}" ${fault}`];
  });
}

/** Commits and the files they touched; undefined if `root` is not the root of a repository with commits. */
async function historyOf(root: string): Promise<string | undefined> {
  try {
    const { stdout: top } = await run('git', ['rev-parse', '--show-toplevel'], { cwd: root });
    if ((await realpath(top.trim())) !== (await realpath(root))) return undefined;
    const args = ['-c', 'core.quotePath=false', 'log', '--no-merges', '--name-only', '--no-renames', `--format=${FIELD}%h${FIELD}%s`];
    return (await run('git', args, { cwd: root, maxBuffer: MOST_OUTPUT_BYTES })).stdout;
  } catch {
    return undefined;
  }
}
