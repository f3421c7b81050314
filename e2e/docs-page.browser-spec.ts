import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { type BrowserContext, type Page } from 'playwright-core';
import { startBrowser } from './browser-tab';
import { Standalone, temporaryDataFolder } from './standalone-process';

const TIMEOUT_MS = 180_000;

describe('The page of the API', () => {
  const folder = temporaryDataFolder();
  const requested: string[] = [];
  const complaints: string[] = [];
  let address: string;
  let standalone: Standalone;
  let context: BrowserContext;
  let page: Page;

  beforeAll(async () => {
    standalone = new Standalone(join(folder, 'data'));
    address = await standalone.address();
    context = await startBrowser(join(folder, 'browser'));
    page = await context.newPage();
    page.on('request', (request) => requested.push(request.url()));
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    await page.goto(`${address}/docs`);
  }, TIMEOUT_MS);
  afterAll(async () => {
    await context.close();
    await standalone.end('SIGTERM');
    rmSync(folder, { recursive: true, force: true });
  });

  it('leads from its index to every operation', async () => {
    const links = page.locator('nav a');
    const targets = await Promise.all((await links.all()).map(async (link) => (await link.getAttribute('href')) ?? ''));
    expect(targets).toContain('#sendToUser');
    for (const target of targets) expect(await page.locator(target).count()).toBe(1);
    await links.first().click();
    expect(new URL(page.url()).hash).toBe(targets[0]);
  });

  it('tells the bounds of a field, and what a refusal means', async () => {
    const text = await page.locator('#sendToUser').innerText();
    expect(text).toMatch(/ttlSeconds optional integer, minimum 1, maximum 2592000/);
    expect(text).toMatch(/429 problem\s+rate_limited: Too much in too short a time/);
  });

  it('fits a phone', async () => {
    await page.setViewportSize({ width: 360, height: 640 });
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(360);
  });

  it('loads nothing but itself, and the browser has nothing to complain of', () => {
    expect(requested.filter((url) => !url.startsWith(`${address}/docs`) && !url.endsWith('/favicon.ico'))).toEqual([]);
    expect(complaints).toEqual([]);
  });
});
