import { decideDataFolder } from './data-folder';

describe('decideDataFolder', () => {
  const account = { name: 'postgres', uid: 101, gid: 104 };

  it('is .switchboard in the project for an ordinary user', () => {
    expect(decideDataFolder('/home/me/project', undefined, () => false)).toBe('/home/me/project/.switchboard');
  });

  it('is .switchboard in the project if the account of PostgreSQL can enter it', () => {
    expect(decideDataFolder('/srv/project', account, (_, folder) => folder.startsWith('/srv/'))).toBe('/srv/project/.switchboard');
  });

  it('is a folder of its own for each project that the account cannot enter', () => {
    const folders = ['/srv/one', '/srv/two', '/srv/one'].map((project) => decideDataFolder(project, account, () => false));
    expect(folders[0]).toMatch(/^\/var\/lib\/switchboard\/[0-9a-f]{12}$/);
    expect(folders[1]).not.toBe(folders[0]);
    expect(folders[2]).toBe(folders[0]);
  });
});
