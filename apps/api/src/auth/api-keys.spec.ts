import { createHash } from 'node:crypto';
import { ApiKeys } from './api-keys';

const key = (name: string, secret: string) => ({
  name,
  secretSha256: createHash('sha256').update(secret).digest(),
  scopes: ['send' as const],
});

describe('ApiKeys', () => {
  const keys = new ApiKeys([key('shop', 'first'), key('blog', 'second')]);

  it('finds the key of a secret', () => {
    expect(keys.find('first')?.name).toBe('shop');
    expect(keys.find('second')?.name).toBe('blog');
  });

  it.each(['', 'firs', 'firstt', 'FIRST', 'shop', createHash('sha256').update('first').digest('hex')])('knows no key for %j', (secret) => {
    expect(keys.find(secret)).toBeUndefined();
  });
});
