import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { type BrowserContext, type Page } from 'playwright-core';
import { createTestDatabase, kafkaBrokers, waitFor, type TestDatabase } from '@switchboard/testing';
import { startCluster, type Cluster } from '../tools/cluster';
import { bundlePage, openPage, startBrowser } from './browser-tab';
import { temporaryDataFolder } from './standalone-process';

const TIMEOUT_MS = 180_000;
const SECOND_MS = 1_000;
/** Renewed after some 5 s: the SDK asks no sooner. */
const SHORT_TOKEN_S = 8;

interface Seen {
  readonly stream: string;
  readonly seq: number;
  readonly from?: { readonly user: string };
  readonly data: unknown;
  readonly dataText: string;
}

interface TabOptions {
  readonly user: string;
  readonly gateway: number;
  readonly options?: object;
  readonly tokenLifeS?: number;
}

describe('The SDK on pages of a real browser, with two gateways', () => {
  const folder = temporaryDataFolder();
  let database: TestDatabase;
  let cluster: Cluster;
  let context: BrowserContext;
  let script: string;

  const load = async (page: Page): Promise<Page> => {
    await openPage(page, cluster.apiUrl, script);
    await page.waitForFunction('window.client?.state === "ready"');
    return page;
  };
  /** A tab with a client that has come to be ready. */
  const openTab = async ({ user, gateway, options = {}, tokenLifeS = 3_600 }: TabOptions): Promise<Page> => {
    const page = await context.newPage();
    await page.exposeFunction('settings', () => ({ url: cluster.gateways[gateway]?.url, user, options }));
    await page.exposeFunction('fetchToken', () =>
      cluster.signToken(user, {
        exp: Math.floor(Date.now() / SECOND_MS) + tokenLifeS,
        channels: ['*'],
        publish: ['user:*', 'channel:*'],
      }),
    );
    return load(page);
  };
  const messages = (page: Page): Promise<Seen[]> => page.evaluate('window.messages');
  const waitForData = (page: Page, expected: readonly unknown[]): Promise<unknown> =>
    waitFor(
      JSON.stringify(expected),
      async () => JSON.stringify((await messages(page)).map(({ data }) => data)) === JSON.stringify(expected),
    );
  const post = async (user: string, data: string): Promise<void> => {
    const headers = { authorization: `Bearer ${cluster.apiKey}`, 'content-type': 'application/json' };
    const url = `${cluster.apiUrl}/v1/users/${user}/messages`;
    expect((await fetch(url, { method: 'POST', headers, body: `{"data":${data}}` })).status).toBe(202);
  };

  const cursors = async (user: string): Promise<number[]> => {
    const headers = { authorization: `Bearer ${cluster.apiKey}` };
    const { devices } = (await (await fetch(`${cluster.apiUrl}/v1/users/${user}`, { headers })).json()) as {
      devices: { cursor: number }[];
    };
    return devices.map(({ cursor }) => cursor);
  };

  beforeAll(async () => {
    script = bundlePage('sdk-page');
    database = await createTestDatabase();
    cluster = await startCluster({ gateways: 2, services: { databaseUrl: database.url, kafkaBrokers: kafkaBrokers() } });
    context = await startBrowser(join(folder, 'browser'));
  }, TIMEOUT_MS);
  afterEach(() =>
    Promise.all(
      context
        .pages()
        .slice(1)
        .map((page) => page.close()),
    ),
  );
  afterAll(async () => {
    await context.close();
    await cluster.stop();
    await database.drop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('sends from one user at one gateway to another at the other', async () => {
    const [alice, bob] = await Promise.all([openTab({ user: 'alice', gateway: 0 }), openTab({ user: 'bob', gateway: 1 })]);
    expect(await alice.evaluate('client.serverId')).not.toBe(await bob.evaluate('client.serverId'));
    const sent = await alice.evaluate('client.send({ user: "bob" }, { text: "hi" }, { event: "chat" })');
    await waitFor('the message', async () => (await messages(bob)).length === 1);
    expect(sent).toMatchObject({ stream: 'user:bob', seq: 1 });
    expect((await messages(bob))[0]).toEqual({
      stream: 'user:bob',
      seq: 1,
      from: { user: 'alice' },
      data: { text: 'hi' },
      dataText: '{"text":"hi"}',
    });
  });

  it('resumes after a reload: nothing twice, and what came meanwhile', async () => {
    const page = await openTab({ user: 'reloading', gateway: 0 });
    for (const data of ['1', '2']) await post('reloading', data);
    await waitForData(page, [1, 2]);
    await page.goto('about:blank');
    await post('reloading', '12345678901234567890');
    await load(page);
    await waitFor('what was missed', async () => (await messages(page)).length === 1);
    expect((await messages(page))[0]).toMatchObject({ seq: 3, dataText: '12345678901234567890' });
  });

  it('goes on in a new tab, which keeps no positions, behind what its device acknowledged, at the other gateway', async () => {
    const first = await openTab({ user: 'returning', gateway: 0 });
    for (const data of ['1', '2']) await post('returning', data);
    await waitForData(first, [1, 2]);
    await waitFor('the acknowledgement', async () => (await cursors('returning')).includes(2));
    await first.close();
    await post('returning', '3');
    const second = await openTab({ user: 'returning', gateway: 1 });
    await waitForData(second, [3]);
    expect(await second.evaluate('window.errors')).toEqual([]);
  });

  it('works in several tabs side by side, as one device', async () => {
    const tabs = await Promise.all([0, 1].map((gateway) => openTab({ user: 'tabs', gateway })));
    await post('tabs', '"for both"');
    for (const tab of tabs) await waitForData(tab, ['for both']);
    const [first, second] = await Promise.all(tabs.map((tab) => tab.evaluate('client.device')));
    expect(first).toMatch(/^[0-9a-f]{24}$/);
    expect(second).toBe(first);
  });

  it('stays connected beyond the life of its token', async () => {
    const page = await openTab({ user: 'renewing', gateway: 0, tokenLifeS: SHORT_TOKEN_S });
    const endsAtMs = Date.now() + (SHORT_TOKEN_S + 3) * SECOND_MS;
    const connection = await page.evaluate('client.connectionId');
    await waitFor('the end of the first token', () => Date.now() > endsAtMs, { patienceMs: 2 * SHORT_TOKEN_S * SECOND_MS });
    expect(await page.evaluate('[client.state, client.connectionId]')).toEqual(['ready', connection]);
    expect(await page.evaluate('tokens.length')).toBeGreaterThan(1);
  });
});
