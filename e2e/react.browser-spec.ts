import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { type BrowserContext, type Page } from 'playwright-core';
import { waitFor } from '@switchboard/testing';
import { bundlePage, openPage, startBrowser } from './browser-tab';
import { Standalone, temporaryDataFolder } from './standalone-process';

const TIMEOUT_MS = 180_000;

describe('The entry for React, in an application under StrictMode', () => {
  const folder = temporaryDataFolder();
  const pageErrors: string[] = [];
  let standalone: Standalone;
  let address: string;
  let context: BrowserContext;
  let page: Page;

  const headers = (): Record<string, string> => ({ authorization: `Bearer ${standalone.apiKey}`, 'content-type': 'application/json' });
  const send = async (to: object, data: unknown, event?: string): Promise<void> => {
    const body = JSON.stringify({ to, data, event });
    expect((await fetch(`${address}/v1/messages`, { method: 'POST', headers: headers(), body })).status).toBe(202);
  };
  const connections = async (): Promise<{ id: string }[]> =>
    ((await (await fetch(`${address}/v1/users/rita`, { headers: headers() })).json()) as { connections: { id: string }[] }).connections;
  const lines = (id: string): Promise<string[]> => page.locator(`#${id} li`).allInnerTexts();
  const waitForLines = (id: string, expected: readonly string[]): Promise<unknown> =>
    waitFor(`${id} to show ${expected.join()}`, async () => (await lines(id)).join() === expected.join());

  beforeAll(async () => {
    standalone = new Standalone(join(folder, 'data'));
    address = await standalone.address();
    context = await startBrowser(join(folder, 'browser'));
    context.on('weberror', (error) => pageErrors.push(error.error().message));
    context.on('console', (message) => {
      // The browser asks every server for one.
      if (message.type() === 'error' && !message.location().url.endsWith('/favicon.ico')) pageErrors.push(message.text());
    });
    page = await context.newPage();
    await openPage(page, address, bundlePage('react-page'));
  }, TIMEOUT_MS);
  afterAll(async () => {
    await context.close();
    await standalone.end('SIGTERM');
    rmSync(folder, { recursive: true, force: true });
  });

  it('shows the state of the one connection that is left of two mounts', async () => {
    const state = page.locator('#state');
    await waitFor('ready', async () => (await state.innerText()) === 'ready');
    const connection = await state.getAttribute('data-connection');
    await waitFor('one connection', async () => (await connections()).map(({ id }) => id).join() === connection);
  });

  it('shows each message once, and no more than it is to keep', async () => {
    for (let number = 1; number <= 5; number += 1) await send({ user: 'rita' }, number, number > 2 ? 'counted' : undefined);
    await waitForLines('inbox', ['3 3', '4 4', '5 5']);
    expect(await page.innerText('#count')).toBe('3');
  });

  it('follows a channel as long as one component does', async () => {
    await waitFor('the subscription', () => page.evaluate('"channel:news" in client.positions'));
    await send({ channel: 'news' }, 'one');
    await Promise.all([waitForLines('first', ['one']), waitForLines('second', ['one'])]);
    await page.click('#toggle-first');
    await send({ channel: 'news' }, 'two');
    await waitForLines('second', ['one', 'two']);
    await page.click('#toggle-second');
    await waitFor('the end of the subscription', () => page.evaluate('!("channel:news" in client.positions)'));
    await page.click('#toggle-first');
    await waitFor('the subscription', () => page.evaluate('"channel:news" in client.positions'));
    await send({ channel: 'news' }, 'three');
    await waitForLines('first', ['three']);
  });

  it('leaves when the provider is unmounted, and comes back with it, to the same position', async () => {
    await page.click('#toggle-app');
    await waitFor('no connection', async () => (await connections()).length === 0);
    await send({ user: 'rita' }, 'missed');
    await page.click('#toggle-app');
    await waitForLines('inbox', ['6 missed']);
  });

  it('has no error in the page', () => {
    expect(pageErrors).toEqual([]);
  });
});
