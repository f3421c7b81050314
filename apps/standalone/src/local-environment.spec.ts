import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { provideEnvironment } from './local-environment';

const API_KEYS = 'service:its-secret:send';
const JWT_SECRET = 's'.repeat(32);

function neverFails(error: Error): void {
  throw error;
}

describe('provideEnvironment', () => {
  const folder = mkdtempSync(join(tmpdir(), 'switchboard-environment-'));
  const environment = { DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none', DATA_DIR: folder };

  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it('makes development keys if the environment has none, and lets the page only send', async () => {
    const { settings, keys } = await provideEnvironment(environment, neverFails);
    expect(settings.jwtSecret).toBe(keys?.jwtSecret);
    expect(settings.apiKeys.map(({ name, scopes }) => [name, ...scopes])).toEqual([
      ['development', 'send', 'read', 'admin'],
      ['demo-page', 'send'],
    ]);
    expect(new Set([keys?.apiKey, keys?.pageKey, keys?.jwtSecret]).size).toBe(3);
    expect((await provideEnvironment(environment, neverFails)).keys).toEqual(keys);
  });

  it('has no development keys, and so no demo page, beside real ones', async () => {
    const { settings, keys } = await provideEnvironment({ ...environment, API_KEYS, JWT_SECRET }, neverFails);
    expect(keys).toBeUndefined();
    expect(settings.apiKeys.map(({ name }) => name)).toEqual(['service']);
    expect(settings.jwtSecret).toBe(JWT_SECRET);
  });

  it('refuses half of the keys, and names the half that is missing', async () => {
    const file = join(folder, 'given');
    writeFileSync(file, JWT_SECRET);
    await expect(provideEnvironment({ ...environment, API_KEYS }, neverFails)).rejects.toThrow(
      /JWT_SECRET: must be set, since API_KEYS is/,
    );
    await expect(provideEnvironment({ ...environment, JWT_SECRET }, neverFails)).rejects.toThrow(
      /API_KEYS: must be set, since JWT_SECRET is/,
    );
    await expect(provideEnvironment({ ...environment, JWT_SECRET_FILE: file }, neverFails)).rejects.toThrow(/API_KEYS: must be set/);
    await expect(provideEnvironment({ ...environment, API_KEYS, JWT_SECRET: '' }, neverFails)).rejects.toThrow(/JWT_SECRET: must be set/);
  });

  it('takes published keys for a secret of its own', async () => {
    const JWT_JWKS_URL = 'https://id.example/keys';
    expect((await provideEnvironment({ ...environment, API_KEYS, JWT_JWKS_URL }, neverFails)).settings).toMatchObject({
      jwtSecret: undefined,
      jwtJwksUrl: JWT_JWKS_URL,
    });
    await expect(provideEnvironment({ ...environment, JWT_JWKS_URL }, neverFails)).rejects.toThrow(/since JWT_JWKS_URL is/);
  });

  it('is quiet unless told otherwise, so that the welcome is what one sees', async () => {
    expect((await provideEnvironment(environment, neverFails)).settings.logLevel).toBe('warn');
    expect((await provideEnvironment({ ...environment, LOG_LEVEL: 'info' }, neverFails)).settings.logLevel).toBe('info');
  });
});
