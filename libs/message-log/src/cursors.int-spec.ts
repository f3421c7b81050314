import { createTestDatabase, waitFor, type TestDatabase } from '@switchboard/testing';
import type { StartWish } from '@switchboard/protocol';
import type { DataSource } from 'typeorm';
import { INCARNATION_SPAN } from './incarnation';
import type { MessageLog } from './message-log';
import { contentOf, openLog, openMigrated, type OpenLog } from './testing/open-log';

interface ClientStart {
  readonly device?: string;
  readonly resume?: number;
  readonly start?: StartWish;
}

const DAY_MS = 86_400_000;

describe('MessageLog: where a client begins in its own stream', () => {
  let database: TestDatabase;
  let dataSource: DataSource;
  let opened: OpenLog;
  let log: MessageLog;
  let users = 0;

  beforeAll(async () => {
    database = await createTestDatabase();
    dataSource = await openMigrated(database.url);
    opened = openLog(database.url, { mostDevices: 3, deviceIdleMs: DAY_MS });
    ({ log } = opened);
  });
  afterAll(async () => {
    await opened.pool.end();
    await dataSource.destroy();
    await database.drop();
  });

  /** A user whose stream has the numbers 1 to 10, of which 1 to 3 have expired. */
  async function newUser(): Promise<string> {
    users += 1;
    const user = `u${String(users)}`;
    for (let seq = 1; seq <= 10; seq += 1) await log.append({ stream: `user:${user}`, content: contentOf(seq) });
    await dataSource.query(`DELETE FROM messages WHERE stream = $1 AND seq <= 3`, [`user:${user}`]);
    return user;
  }

  const begin = async (user: string, { device, resume, start = 'unacked' }: ClientStart): Promise<number> => {
    const [position] = await log.starts([{ stream: `user:${user}`, from: { kind: 'client', user, device, resume, start } }]);
    return position?.after ?? -1;
  };

  const ack = (user: string, device: string | undefined, seq: number): Promise<void> => log.acknowledge([{ user, device, seq }]);

  const cursors = async (user: string): Promise<Record<string, number>> =>
    Object.fromEntries((await log.devices(user)).map(({ device, cursor }) => [device, cursor]));

  it.each<[name: string, before: (user: string) => Promise<unknown>, start: ClientStart, after: number]>([
    ['the first device ever: the oldest that is kept', () => Promise.resolve(), { device: 'a' }, 3],
    ['the first device ever, from now on', () => Promise.resolve(), { device: 'a', start: 'now' }, 10],
    ['the first device ever, from the earliest on', () => Promise.resolve(), { device: 'a', start: 'earliest' }, 3],
    ['a nameless client of a user who never acknowledged', () => Promise.resolve(), {}, 3],
    ['a nameless client, from now on', () => Promise.resolve(), { start: 'now' }, 10],
    ['a known device: its cursor', async (user) => (await begin(user, { device: 'a' }), ack(user, 'a', 6)), { device: 'a' }, 6],
    ['a known device, whatever start says', (user) => ack(user, 'a', 6), { device: 'a', start: 'earliest' }, 6],
    ['a known device that has acknowledged nothing', (user) => begin(user, { device: 'a', start: 'now' }), { device: 'a' }, 10],
    ['a new device: behind what any device acknowledged', (user) => ack(user, 'a', 6), { device: 'b' }, 6],
    ['a new device: behind what a nameless client acknowledged', (user) => ack(user, undefined, 7), { device: 'b' }, 7],
    ['a new device, from the earliest on', (user) => ack(user, 'a', 6), { device: 'b', start: 'earliest' }, 3],
    ['a new device where the other has acknowledged nothing', (user) => begin(user, { device: 'a', start: 'now' }), { device: 'b' }, 3],
    ['a nameless client: behind what any device acknowledged', (user) => ack(user, 'a', 6), {}, 6],
    ['a resume, whatever the cursor says', (user) => ack(user, 'a', 6), { device: 'a', resume: 4 }, 4],
    ['a resume of a new device', () => Promise.resolve(), { device: 'a', resume: 8, start: 'earliest' }, 8],
    ['a resume beyond the head', () => Promise.resolve(), { device: 'a', resume: 99 }, 10],
    ['a resume at 0', (user) => ack(user, 'a', 6), { device: 'a', resume: 0 }, 0],
    ['a cursor beyond the head, as after a restore', (user) => ack(user, 'a', INCARNATION_SPAN + 5), { device: 'a' }, 10],
    ['what was acknowledged beyond the head', (user) => ack(user, 'a', INCARNATION_SPAN + 5), { device: 'b' }, 10],
  ])('%s', async (_, before, start, after) => {
    const user = await newUser();
    await before(user);
    expect(await begin(user, start)).toBe(after);
  });

  it('makes where a device begins its cursor, and nothing of a nameless client', async () => {
    const user = await newUser();
    await begin(user, {});
    expect(await cursors(user)).toEqual({});
    await begin(user, { device: 'a' });
    await begin(user, { device: 'b', resume: 8 });
    expect(await cursors(user)).toEqual({ a: 3, b: 8 });
    await ack(user, 'a', 9);
    expect(await begin(user, { device: 'b' })).toBe(8);
  });

  it('moves no cursor back, of whichever device', async () => {
    const user = await newUser();
    await log.acknowledge([
      { user, device: 'a', seq: 5 },
      { user, device: 'a', seq: 7 },
      { user, device: 'b', seq: 2 },
    ]);
    await ack(user, 'a', 6);
    expect(await cursors(user)).toEqual({ a: 7, b: 2 });
    expect(await begin(user, { device: 'c' })).toBe(7);
  });

  it('begins many clients by one statement, of one device twice', async () => {
    const user = await newUser();
    const from = { kind: 'client', user, device: 'a', start: 'unacked' } as const;
    const stream = `user:${user}`;
    const positions = await log.starts([
      { stream, from },
      { stream, from: { ...from, resume: 5 } },
      { stream: 'everyone', from: { kind: 'now' } },
      { stream: 'user:nobody', from: { kind: 'client', user: 'nobody', start: 'unacked' } },
    ]);
    expect(positions.map(({ after, head }) => [after, head])).toEqual([
      [3, 10],
      [5, 10],
      [0, 0],
      [0, 0],
    ]);
    expect(await cursors(user)).toEqual({ a: 3 });
  });

  it('keeps as many devices as it may: the one that was not seen for longest goes', async () => {
    const user = await newUser();
    for (const device of ['a', 'b', 'c']) await begin(user, { device });
    await dataSource.query("UPDATE user_devices SET seen_at = now() - interval '2 hours' WHERE user_id = $1 AND device <> 'b'", [user]);
    await begin(user, { device: 'a' }); // Which is seen again with that.
    await begin(user, { device: 'd' });
    await waitFor('the fourth to go', async () => Object.keys(await cursors(user)).length === 3);
    expect(Object.keys(await cursors(user)).sort()).toEqual(['a', 'b', 'd']);
  });

  it('forgets idle devices, but not what the user has acknowledged', async () => {
    const user = await newUser();
    await ack(user, 'idle', 8);
    await begin(user, { device: 'active' });
    await dataSource.query("UPDATE user_devices SET seen_at = now() - interval '25 hours' WHERE user_id = $1 AND device = 'idle'", [user]);
    expect(await log.forgetDevices()).toBe(1);
    expect(await cursors(user)).toEqual({ active: 8 });
    await dataSource.query('DELETE FROM user_devices WHERE user_id = $1', [user]);
    expect(await begin(user, { device: 'idle' })).toBe(8);
  });
});
