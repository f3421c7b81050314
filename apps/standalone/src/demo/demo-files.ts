import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A file of the demo page. */
export interface DemoFile {
  readonly contentType: string;
  readonly content: Buffer;
}

const JAVASCRIPT = 'text/javascript; charset=utf-8';

/** The files of the page by the name that the page uses; only these are served, so no path can reach anything else. */
const FILES = {
  'index.html': { path: 'apps/standalone/demo/index.html', contentType: 'text/html; charset=utf-8' },
  'demo.js': { path: 'apps/standalone/demo/demo.js', contentType: JAVASCRIPT },
  'pane.js': { path: 'apps/standalone/demo/pane.js', contentType: JAVASCRIPT },
  'page-parts.js': { path: 'apps/standalone/demo/page-parts.js', contentType: JAVASCRIPT },
  'demo.css': { path: 'apps/standalone/demo/demo.css', contentType: 'text/css; charset=utf-8' },
  'switchboard-client.js': { path: 'libs/client/dist/index.js', contentType: JAVASCRIPT },
} as const;

/** Reads a file of the page; undefined if there is none of that name. */
export async function readDemoFile(projectFolder: string, name: string): Promise<DemoFile | undefined> {
  if (!Object.hasOwn(FILES, name)) return undefined;
  const { path, contentType } = FILES[name as keyof typeof FILES];
  return { contentType, content: await readFile(join(projectFolder, path)) };
}
