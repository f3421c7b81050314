import { faultsOfLockFile } from './lock-file';

describe('A lock file', () => {
  it('may name the public registry, a folder of the repository, or nothing', () => {
    const packages = {
      '': {},
      'node_modules/a': { resolved: 'https://registry.npmjs.org/a/-/a-1.0.0.tgz' },
      'node_modules/b': {},
      'node_modules/@switchboard/client': { resolved: 'libs/client', link: true },
    };
    expect(faultsOfLockFile({ packages })).toEqual([]);
  });

  it.each(['https://mirror.example/a.tgz', 'http://registry.npmjs.org/a.tgz', 'https://registry.npmjs.org.example/a.tgz', 'file:../a'])(
    'may not name %s',
    (resolved) => {
      expect(faultsOfLockFile({ packages: { 'node_modules/a': { resolved } } })).toEqual([
        'node_modules/a is resolved elsewhere than at https://registry.npmjs.org/',
      ]);
    },
  );
});
