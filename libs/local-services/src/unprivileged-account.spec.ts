import { findAccount } from './unprivileged-account';

describe('findAccount', () => {
  const passwd = [
    '# a comment',
    'root:x:0:0:root:/root:/bin/bash',
    'nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin',
    'postgres:x:101:104:PostgreSQL administrator,,,:/var/lib/postgresql:/bin/bash',
    '',
  ].join('\n');

  it('takes the first name that the machine has', () => {
    expect(findAccount(passwd, ['postgres', 'nobody'])).toEqual({ name: 'postgres', uid: 101, gid: 104 });
    expect(findAccount(passwd, ['absent', 'nobody'])).toEqual({ name: 'nobody', uid: 65534, gid: 65534 });
  });

  it('never takes root, whatever its name', () => {
    expect(findAccount('postgres:x:0:0::/:/bin/sh', ['postgres'])).toBeUndefined();
    expect(findAccount(passwd, ['absent'])).toBeUndefined();
  });
});
