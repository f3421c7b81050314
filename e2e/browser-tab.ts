import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type BrowserContext, type Page } from 'playwright-core';
import { findBrowser } from '@switchboard/local-services';
import { projectRoot } from '../tools/cluster';

/** No connections of the browser's own; and no sandbox, which a browser run by root cannot have. */
const BROWSER_ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Starts a browser whose profile is in `folder`. */
export function startBrowser(folder: string, viewport?: { readonly width: number; readonly height: number }): Promise<BrowserContext> {
  // eslint-disable-next-line no-restricted-properties -- where the machine keeps its browser is for whoever runs the tests to say
  const executablePath = findBrowser(process.env);
  return chromium.launchPersistentContext(folder, { executablePath, headless: true, args: BROWSER_ARGUMENTS, viewport: viewport ?? null });
}

/** A page of `e2e/pages`, bundled. */
export function bundlePage(name: 'react-page' | 'sdk-page'): string {
  const folder = mkdtempSync(join(tmpdir(), 'switchboard-pages-'));
  try {
    const rolldown = join(projectRoot(), 'node_modules/rolldown/bin/cli.mjs');
    execFileSync(process.execPath, [rolldown, '-c', join(projectRoot(), 'e2e/pages/rolldown.config.mjs'), '-d', folder], { stdio: 'pipe' });
    return readFileSync(join(folder, `${name}.js`), 'utf8');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Runs `script` on a page of the server at `address`, so that it may use its endpoints. The document is one that the server really has: the
 * browser would keep one that the test makes up from talking to this machine.
 */
export async function openPage(page: Page, address: string, script: string): Promise<void> {
  await page.goto(`${address}/livez`);
  await page.evaluate('document.body.innerHTML = `<div id="root"></div>`');
  await page.addScriptTag({ type: 'module', content: script });
}
