import { createTestDatabase, type TestDatabase } from '@switchboard/testing';
import type { DataSource } from 'typeorm';
import { LogIncarnation } from './entities';
import { gapsOf } from './gaps-of';
import { INCARNATION_SPAN } from './incarnation';
import { contentOf, openLog, openMigrated, type OpenLog } from './testing/open-log';

describe('the incarnation of the log', () => {
  let database: TestDatabase;
  let dataSource: DataSource;
  const open: OpenLog[] = [];

  function use(): OpenLog['log'] {
    const opened = openLog(database.url);
    open.push(opened);
    return opened.log;
  }

  async function incarnation(): Promise<number> {
    return (await dataSource.getRepository(LogIncarnation).findOneByOrFail({ one: true })).incarnation;
  }

  beforeEach(async () => {
    database = await createTestDatabase();
    dataSource = await openMigrated(database.url);
  });
  afterEach(async () => {
    await Promise.all(open.splice(0).map(({ pool }) => pool.end()));
    await dataSource.destroy();
    await database.drop();
  });

  it('stays as it is as long as the database does', async () => {
    await Promise.all([use(), use()].map((log) => log.append({ stream: 'user:1', content: contentOf(1) })));
    expect(await incarnation()).toBe(0);
  });

  it.each([
    ['the system identifier', 'UPDATE log_incarnation SET system_identifier = 1'],
    ['the timeline', "UPDATE log_incarnation SET timeline = '0000FFFF'"],
  ])('is a new one when %s has changed, once for all connections', async (_, change) => {
    await use().append({ stream: 'user:old', content: contentOf('before') });
    await dataSource.query(change);
    const logs = [use(), use(), use()];
    const appended = await Promise.all(logs.map((log) => log.append({ stream: 'user:old', content: contentOf('after') })));
    expect(await incarnation()).toBe(1);
    expect(appended.map(({ seq }) => seq).sort()).toEqual([1, 2, 3].map((place) => INCARNATION_SPAN + place));
    const fresh = await logs[0]?.append({ stream: 'user:fresh', content: contentOf('first') });
    expect(fresh?.seq).toBe(INCARNATION_SPAN + 1);
  });

  it('lets readers tell what was lost, wherever they stand', async () => {
    const before = use();
    for (const data of [1, 2, 3]) await before.append({ stream: 'user:1', content: contentOf(data) });
    await dataSource.query('UPDATE log_incarnation SET system_identifier = 1');
    const after = use();
    await Promise.all(['a', 'b'].map((data) => after.append({ stream: 'user:1', content: contentOf(data) })));
    const page = await after.readPage({ stream: 'user:1', after: 2 });
    expect(page.rows.map(({ seq }) => seq)).toEqual([3, INCARNATION_SPAN + 1, INCARNATION_SPAN + 2]);
    expect(gapsOf(page)).toEqual([{ after: 3, through: INCARNATION_SPAN, reason: 'lost' }]);
    const ahead = await after.readPage({ stream: 'user:1', after: 9 });
    expect(gapsOf(ahead)).toEqual([{ after: 9, through: INCARNATION_SPAN, reason: 'lost' }]);
    expect(ahead.through).toBe(INCARNATION_SPAN + 2);
  });
});
