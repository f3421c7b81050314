import { BreakableRelay, createTestDatabase, type TestDatabase } from '@switchboard/testing';
import { int8Array, textArray, uuidArray } from './binary-array';
import { HotPool } from './hot-pool';
import { hotStatement } from './hot-statement';

const ONE = hotStatement('one', 'SELECT 1::int8');

describe('HotPool', () => {
  let database: TestDatabase;
  const pools: HotPool[] = [];

  function openPool(options: { url?: string; statementTimeoutMs?: number } = {}): HotPool {
    const pool = new HotPool({
      url: database.url,
      applicationName: 'hot-pool-test',
      connections: 2,
      connectTimeoutMs: 2_000,
      statementTimeoutMs: 5_000,
      ...options,
    });
    pools.push(pool);
    return pool;
  }

  beforeAll(async () => {
    database = await createTestDatabase();
  });
  afterEach(async () => {
    await Promise.all(pools.splice(0).map((pool) => pool.end()));
  });
  afterAll(() => database.drop());

  it('runs named statements with binary arrays, and reads int8 as numbers', async () => {
    const pool = openPool();
    const statement = hotStatement('arrays', 'SELECT ($1::int8[])[2], ($2::text[])[1], ($2::text[])[2], ($3::uuid[])[1]');
    const values = [int8Array([1, 2 ** 53 - 1]), textArray(['ü', null]), uuidArray([Buffer.alloc(16, 1)])];
    for (let round = 0; round < 3; round += 1) {
      expect(await pool.query(statement, values)).toEqual([[2 ** 53 - 1, 'ü', null, '01010101-0101-0101-0101-010101010101']]);
    }
  });

  it('sets up its sessions for hot statements, besides what the url asks for', async () => {
    const url = new URL(database.url);
    url.searchParams.set('options', '-c work_mem=5MB');
    const names = ['plan_cache_mode', 'enable_seqscan', 'jit', 'statement_timeout', 'work_mem', 'application_name'];
    const statement = hotStatement('settings', 'SELECT current_setting(n) FROM unnest($1::text[]) n');
    const rows = await openPool({ url: url.href, statementTimeoutMs: 700 }).query(statement, [textArray(names)]);
    expect(rows.flat()).toEqual(['force_generic_plan', 'off', 'off', '700ms', '5MB', 'hot-pool-test']);
  });

  it('uses a connection only after its check has passed', async () => {
    const pool = openPool();
    const seen: unknown[] = [];
    pool.onConnect(async (connection) => {
      seen.push(await connection.query(ONE, []));
      if (seen.length === 1) throw new Error('not this one');
    });
    await expect(pool.query(ONE, [])).rejects.toMatchObject({ outcome: 'not_sent' });
    expect(await pool.query(ONE, [])).toEqual([[1]]);
    expect(await pool.query(ONE, [])).toEqual([[1]]);
    expect(seen).toEqual([[[1]], [[1]]]);
    expect(() => {
      pool.onConnect(() => Promise.resolve());
    }).toThrow('before the first statement');
  });

  it('tells what was refused from what may have happened', async () => {
    const pool = openPool({ statementTimeoutMs: 200 });
    await expect(pool.query(hotStatement('wrong', 'SELECT 1 / 0'), [])).rejects.toMatchObject({ outcome: 'refused', sqlState: '22012' });
    await expect(pool.query(hotStatement('slow', 'SELECT pg_sleep(5)'), [])).rejects.toMatchObject({
      outcome: 'refused',
      sqlState: '57014',
    });
    const suicide = hotStatement('suicide', 'SELECT pg_terminate_backend(pg_backend_pid()), pg_sleep(1)');
    await expect(pool.query(suicide, [])).rejects.toMatchObject({ outcome: 'refused', sqlState: '57P01' });
    await expect(openPool({ url: 'postgres://postgres@127.0.0.1:1/none' }).query(ONE, [])).rejects.toMatchObject({ outcome: 'not_sent' });
    expect(await pool.query(ONE, [])).toEqual([[1]]);
  });

  it('does not call refused what failed after the statement was complete', async () => {
    const pool = openPool();
    await pool.query(hotStatement('table', 'CREATE TABLE late (a int UNIQUE DEFERRABLE INITIALLY DEFERRED)'), []);
    const insert = hotStatement('late', 'INSERT INTO late VALUES (1), (1)');
    await expect(pool.query(insert, [])).rejects.toMatchObject({ outcome: 'unknown', sqlState: '23505' });
  });

  it('cannot know what became of a statement when nothing answers', async () => {
    const relay = await BreakableRelay.to(database.url);
    const pool = openPool({ url: relay.url, statementTimeoutMs: 300 });
    await pool.query(ONE, []);
    relay.silence();
    await expect(pool.query(ONE, [])).rejects.toMatchObject({ outcome: 'unknown', sqlState: undefined });
    await relay.close();
  });

  it('fails as not sent if no connection becomes free in time', async () => {
    const pool = new HotPool({
      url: database.url,
      applicationName: 'x',
      connections: 1,
      connectTimeoutMs: 1_000,
      statementTimeoutMs: 5_000,
    });
    pools.push(pool);
    await pool.query(ONE, []);
    const long = pool.query(hotStatement('nap', 'SELECT pg_sleep(2)'), []);
    await expect(pool.query(ONE, [])).rejects.toMatchObject({ outcome: 'not_sent' });
    await long;
  });
});
