import { createHash } from 'node:crypto';
import { apiSettings } from './api-settings';
import { readSettings, SettingsError } from './settings';

const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest();

function faultsOf(text: string | undefined): string {
  try {
    readSettings({ apiKeys: apiSettings.apiKeys }, { API_KEYS: text });
    return '';
  } catch (error) {
    if (error instanceof SettingsError) return error.message;
    throw error;
  }
}

describe('API_KEYS', () => {
  it('takes secrets as plain text, with colons too, or as SHA-256', () => {
    const hex = sha256('other').toString('hex');
    const { apiKeys } = readSettings({ apiKeys: apiSettings.apiKeys }, { API_KEYS: `shop:se:cret:send+read, blog:sha256-${hex}:admin` });
    expect(apiKeys).toEqual([
      { name: 'shop', secretSha256: sha256('se:cret'), scopes: ['send', 'read'] },
      { name: 'blog', secretSha256: sha256('other'), scopes: ['admin'] },
    ]);
  });

  it('must not be empty', () => {
    expect(faultsOf(undefined)).toMatch('API_KEYS: must hold at least one key');
    expect(faultsOf('')).toMatch('API_KEYS: must hold at least one key');
  });

  it.each([
    ['shop:hunter2', 'entry 1 is not name:secret'],
    ['a:hunter2:send,hunter2', 'entry 2 is not name:secret'],
    ['sh op:hunter2:send', 'entry 1 has a name'],
    ['shop:hunter2:send+write', '(shop) has a scope'],
    ['shop:hunter2:', '(shop) has a scope'],
    ['shop::send', '(shop) has a secret'],
    ['shop:hunter 2:send', '(shop) has a secret'],
    ['shop:sha256-hunter2:send', '(shop) has a secret'],
    ['shop:hunter2:send,shop:x:send', 'repeats the name shop'],
    ['shop:hunter2:send,blog:hunter2:send', 'blog repeats the secret'],
  ])('%s: tells what is wrong without the secret', (text, fault) => {
    expect(faultsOf(text)).toContain(fault);
    expect(faultsOf(text)).not.toContain('hunter');
  });
});
