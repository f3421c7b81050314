import { execFile } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
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
  const texts = (user: string): Promise<string[]> => page.locator(`[data-user=${user}] .arrivals .text`).allInnerTexts();
  const waitForTexts = (user: string, expected: readonly string[]): Promise<unknown> =>
    waitFor(`${user} to see ${expected.join()}`, async () => (await texts(user)).join() === expected.join());
  const submit = async (form: string, to: string, text: string): Promise<string> => {
    const answer = page.locator(`${form} .answer`);
    await page.selectOption(`${form} [name=to]`, to);
    await page.fill(`${form} [name=text]`, text);
    await page.click(`${form} button`);
    return waitFor('the answer', () => answer.innerText());
  };
  const say = (user: string, to: string, text: string): Promise<string> => submit(`[data-user=${user}] .say`, to, text);
  const post = (to: string, text: string): Promise<string> => submit('#send', to, text);

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

  it('connects two users through the SDK, and says to which server', async () => {
    await Promise.all([state('alice', 'ready'), state('bob', 'ready')]);
    expect(await page.locator('.state').allInnerTexts()).toEqual(['connected', 'connected']);
    expect(await page.locator('.server').allInnerTexts()).toEqual([
      expect.stringMatching(/^to server .+/),
      expect.stringMatching(/^to server .+/),
    ]);
  });

  it('sends from one socket to another, and shows the way', async () => {
    expect(await say('alice', 'user:bob', 'Hello, Bob')).toMatch(/^Accepted: number 1 of user:bob, in \d+ ms$/);
    await waitForTexts('bob', ['Hello, Bob']);
    expect((await arrivals('bob'))[0]).toMatch(/^1\s+Hello, Bob\s+after \d+ ms\s+alice, server .+ → log user:bob → bob, server .+$/);
    await say('bob', 'channel:news', 'To all');
    await Promise.all([waitForTexts('alice', ['To all']), waitForTexts('bob', ['To all', 'Hello, Bob'])]);
  });

  it('sends through the REST API, as the command that it shows does', async () => {
    expect(await post('user:alice', "It's a service")).toBe('Accepted: number 1 of user:alice');
    await waitForTexts('alice', ["It's a service", 'To all']);
    const { stdout } = await promisify(execFile)('bash', ['-c', await page.innerText('#curl')]);
    expect(JSON.parse(stdout)).toMatchObject({ stream: 'user:alice', seq: 2 });
    await waitForTexts('alice', ["It's a service", "It's a service", 'To all']);
  });

  it('cuts a connection, and shows that the client resumes without loss or repeat', async () => {
    await page.click('[data-user=bob] .cut');
    await state('bob', 'waiting');
    for (const text of ['one', 'two', 'three']) await say('alice', 'user:bob', text);
    expect(await texts('bob')).toHaveLength(2);
    await page.click('[data-user=bob] .cut');
    await waitForTexts('bob', ['three', 'two', 'one', 'To all', 'Hello, Bob']);
    expect((await arrivals('bob'))[0]).toContain('sent while away');
  });

  it('is somebody else when told to, and keeps that over a reload', async () => {
    await page.fill('[data-user=bob] .name', 'carol');
    await page.click('[data-user=bob] .who button');
    await state('carol', 'ready');
    await say('alice', 'user:carol', 'Hello, Carol');
    await waitForTexts('carol', ['Hello, Carol']);
    await page.reload();
    await Promise.all([state('alice', 'ready'), state('carol', 'ready')]);
    // What was seen before the reload does not come again.
    await say('alice', 'user:carol', 'Still there?');
    await waitForTexts('carol', ['Still there?']);
  });

  it('fits a phone', async () => {
    await page.setViewportSize({ width: 360, height: 640 });
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(360);
  });

  it('has no error in the page', () => {
    expect(pageErrors).toEqual([]);
  });
});
