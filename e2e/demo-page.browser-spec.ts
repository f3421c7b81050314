import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { type BrowserContext, type Page } from 'playwright-core';
import { waitFor } from '@switchboard/testing';
import { startBrowser } from './browser-tab';
import { Standalone, temporaryDataFolder } from './standalone-process';

const TIMEOUT_MS = 180_000;
describe('The demo page', () => {
  const folder = temporaryDataFolder();
  const pageErrors: string[] = [];
  let standalone: Standalone;
  let context: BrowserContext;
  let page: Page;

  const state = (user: string, value: string): Promise<unknown> => page.waitForSelector(`[data-user=${user}] .state[data-state=${value}]`);
  const arrivals = (user: string): Promise<string[]> => page.locator(`[data-user=${user}] .arrivals li`).allInnerTexts();
  const send = async (to: string, text: string): Promise<void> => {
    await page.selectOption('[name=to]', to);
    await page.fill('[name=text]', text);
    await page.click('#send button');
    await waitFor('the answer', async () => (await page.textContent('#answer')) !== '');
  };

  beforeAll(async () => {
    standalone = new Standalone(join(folder, 'data'));
    const address = await standalone.address();
    context = await startBrowser(join(folder, 'browser'));
    page = await context.newPage();
    page.on('pageerror', (error) => pageErrors.push(error.message));
    await page.goto(address);
  }, TIMEOUT_MS);
  afterAll(async () => {
    await context.close();
    await standalone.end('SIGTERM');
    rmSync(folder, { recursive: true, force: true });
  });

  it('connects two users through the SDK', async () => {
    await Promise.all([state('alice', 'ready'), state('bob', 'ready')]);
    expect(await page.locator('.state').allInnerTexts()).toEqual(['connected', 'connected']);
  });

  it('sends through the REST API, and shows what arrives with its seq', async () => {
    await send('user:alice', 'Hello, Alice');
    await waitFor('the arrival', async () => (await arrivals('alice')).length === 1);
    expect((await arrivals('alice'))[0]).toMatch(/^1\s+Hello, Alice\s+user:alice$/);
    expect(await page.textContent('#answer')).toBe('Accepted: seq 1 of user:alice');
    await send('channel:news', 'For both');
    await waitFor('both arrivals', async () => (await arrivals('alice')).length === 2 && (await arrivals('bob')).length === 1);
  });

  it('cuts a connection, and shows that the client resumes without loss or repeat', async () => {
    await page.click('[data-user=alice] .cut');
    await state('alice', 'waiting');
    for (const text of ['one', 'two', 'three']) await send('user:alice', text);
    expect(await arrivals('alice')).toHaveLength(2);
    await page.click('[data-user=alice] .cut');
    await state('alice', 'ready');
    await waitFor('what was missed', async () => (await arrivals('alice')).length >= 5);
    const texts = await arrivals('alice');
    expect(texts.slice(0, 3).map((text) => text.split(/\s+/).slice(0, 2))).toEqual([
      ['4', 'three'],
      ['3', 'two'],
      ['2', 'one'],
    ]);
    expect(texts[0]).toContain('sent while away');
    expect(texts).toHaveLength(5);
  });

  it('has no error in the page', () => {
    expect(pageErrors).toEqual([]);
  });
});
