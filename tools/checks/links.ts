import { readdir, readFile, stat } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';

const UNSEEN_FOLDERS = new Set(['node_modules', 'dist', 'coverage', '.git', '.switchboard', 'bench-results']);
const FENCE = /^ {0,3}(```+|~~~+)[\s\S]*?^ {0,3}\1[^\n]*$/gm;
const INLINE_CODE = /(`+)(?!`)[\s\S]*?[^`]\1(?!`)/g;
const INLINE_LINK = /\]\(\s*<?([^()\s<>]*(?:\([^()\s]*\)[^()\s]*)*)>?(?:\s+["'(][^\n]*?)?\s*\)/g;
const DEFINITION = /^ {0,3}\[[^\]\n]+\]:\s*<?(\S+?)>?(?:\s|$)/gm;
const HEADING = /^ {0,3}#{1,6}\s+(.+?)\s*#*\s*$/gm;
const ELSEWHERE = /^[a-z][a-z0-9+.-]*:/i;

/** A link of a document, as it is written. */
export interface Link {
  readonly line: number;
  readonly target: string;
}

/** The links in the text of a document, those in code aside. */
export function linksOf(markdown: string): Link[] {
  const text = markdown.replace(FENCE, blank).replace(INLINE_CODE, blank);
  return [INLINE_LINK, DEFINITION]
    .flatMap((pattern) => [...text.matchAll(pattern)])
    .map(({ index, 1: target = '' }) => ({ line: text.slice(0, index).split('\n').length, target }))
    .sort((one, other) => one.line - other.line);
}

/** The anchors of the headings of a document, as GitHub makes them. */
export function anchorsOf(markdown: string): Set<string> {
  const anchors = new Set<string>();
  for (const [, heading = ''] of markdown.replace(FENCE, blank).matchAll(HEADING)) {
    const anchor = heading
      .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replace(/\s/g, '-');
    let unique = anchor;
    for (let copy = 1; anchors.has(unique); copy += 1) unique = `${anchor}-${String(copy)}`;
    anchors.add(unique);
  }
  return anchors;
}

/** The relative links of all documents below `root` that lead nowhere. Links to elsewhere are not followed. */
export async function linkFaults(root: string): Promise<string[]> {
  const faults: string[] = [];
  for (const file of await documentsBelow(root)) {
    for (const { line, target } of linksOf(await readFile(file, 'utf8'))) {
      const fault = ELSEWHERE.test(target) ? undefined : await faultOf(target, file);
      if (fault !== undefined) faults.push(`${relative(root, file)}:${String(line)} ${target} ${fault}`);
    }
  }
  return faults;
}

async function faultOf(target: string, file: string): Promise<string | undefined> {
  const [path = '', anchor] = target.split('#', 2).map(decodeURIComponent);
  if (path.startsWith('/')) return 'is not relative';
  const linked = path === '' ? file : join(dirname(file), path);
  const found = await stat(linked).catch(() => undefined);
  if (found === undefined) return 'leads nowhere';
  if (anchor === undefined || !linked.endsWith('.md')) return undefined;
  return anchorsOf(await readFile(linked, 'utf8')).has(anchor) ? undefined : 'names a heading that is not there';
}

async function documentsBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const found: string[] = [];
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) found.push(...(UNSEEN_FOLDERS.has(entry.name) ? [] : await documentsBelow(path)));
    else if (entry.name.endsWith('.md')) found.push(path);
  }
  return found.sort();
}

/** As many lines as before, without their text. */
function blank(text: string): string {
  return text.replace(/[^\n]/g, ' ');
}
