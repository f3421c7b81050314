import { faultsOfLockFile } from './lock-file';

describe('A lock file', () => {
  it('may name a folder of the repository, or nothing', () => {
    const packages = { '': {}, 'node_modules/b': {}, 'node_modules/@switchboard/client': { resolved: 'libs/client', link: true } };
    expect(faultsOfLockFile({ packages })).toEqual([]);
  });

  it.each(['https://registry.example/a/-/a-1.0.0.tgz', 'file:../a'])('may not name %s', (resolved) => {
    expect(faultsOfLockFile({ packages: { 'node_modules/a': { resolved } } })).toEqual([
      'node_modules/a names a place; .npmrc keeps npm from writing it: run npm install again',
    ]);
  });
});
