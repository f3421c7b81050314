import { ChannelMembers } from './channel-members';
import { TestConnection, TestRegistry } from './testing/test-registry';
import { UserMemberships } from './user-memberships';

const MOST = 3;

describe('Memberships', () => {
  let registry: TestRegistry;
  let members: ChannelMembers;
  let memberships: UserMemberships;
  let hot: TestConnection;

  const of = async (user: string): Promise<{ version: number; channels: Record<string, number> }> => {
    const { version, channels } = await memberships.of(user);
    return { version, channels: Object.fromEntries(channels) };
  };
  const head = (channel: string, seq: number): Promise<unknown> =>
    registry.sql(`INSERT INTO streams VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET head = $2`, [`channel:${channel}`, seq]);

  beforeAll(async () => {
    registry = await TestRegistry.create();
  });
  beforeEach(async () => {
    await registry.sql('TRUNCATE channel_members, user_memberships, streams');
    hot = new TestConnection(registry.hot);
    members = new ChannelMembers(hot);
    memberships = new UserMemberships(hot, { lookupMaxBatch: 100, lookupLingerMs: 1, lookupMaxQueued: 1_000 });
  });
  afterAll(() => registry.close());

  it('begin at the head of the channel, and stay as they began', async () => {
    await head('news', 7);
    await expect(members.add('news', '42', MOST)).resolves.toBe('added');
    await head('news', 9);
    await expect(members.add('news', '42', MOST)).resolves.toBe('present');
    await members.add('silent', '42', MOST);
    await expect(of('42')).resolves.toEqual({ version: 2, channels: { news: 7, silent: 0 } });
  });

  it('have a version that grows with every change, and with nothing else', async () => {
    await expect(of('42')).resolves.toEqual({ version: 0, channels: {} });
    await expect(members.remove('news', '42')).resolves.toBe(false);
    await members.add('news', '42', MOST);
    await members.add('news', '42', MOST);
    await expect(of('42')).resolves.toMatchObject({ version: 1 });
    await expect(members.remove('news', '42')).resolves.toBe(true);
    await expect(members.remove('news', '42')).resolves.toBe(false);
    await expect(of('42')).resolves.toEqual({ version: 2, channels: {} });
  });

  it('are bounded in number for each user', async () => {
    for (let number = 1; number <= MOST; number += 1) await members.add(`c${String(number)}`, '42', MOST);
    await expect(members.add('c9', '42', MOST)).resolves.toBe('full');
    await expect(members.add('c1', '42', MOST)).resolves.toBe('present');
    await expect(members.add('c9', '7', MOST)).resolves.toBe('added');
    await members.remove('c1', '42');
    await expect(members.add('c9', '42', MOST)).resolves.toBe('added');
    await expect(of('42')).resolves.toMatchObject({ version: MOST + 2 });
  });

  it('count each change once, however many come at the same moment', async () => {
    const outcomes = await Promise.all(Array.from({ length: 20 }, () => members.add('news', '42', 100)));
    expect(outcomes.filter((outcome) => outcome === 'added')).toHaveLength(1);
    expect(outcomes).not.toContain('full');
    await Promise.all(Array.from({ length: 20 }, (_, index) => members.add(`c${String(index)}`, '42', 100)));
    await expect(of('42')).resolves.toMatchObject({ version: 21 });
  });

  it('are read for many users by few statements, and later answers can be told from earlier ones', async () => {
    await Promise.all([members.add('news', 'a', MOST), members.add('news', 'b', MOST)]);
    hot.statements.length = 0;
    const answers = await Promise.all(Array.from({ length: 50 }, (_, index) => memberships.of(index % 2 === 0 ? 'a' : 'nobody')));
    expect(answers.map(({ version }) => version)).toEqual(Array.from({ length: 50 }, (_, index) => (index % 2 === 0 ? 1 : 0)));
    expect(hot.statements.length).toBeLessThanOrEqual(2);
    expect((await memberships.of('a')).answer).toBeGreaterThan(answers[0]?.answer ?? Infinity);
  });

  it('tell whose version is another than the one known, whether it has grown or the database went back', async () => {
    await members.add('news', 'same', MOST);
    await members.add('news', 'grown', MOST);
    const known = [
      { user: 'same', version: 1 },
      { user: 'grown', version: 0 },
      { user: 'back', version: 3 },
      { user: 'never', version: 0 },
    ];
    expect([...(await memberships.changed(known))].sort()).toEqual(['back', 'grown']);
    await expect(memberships.changed([])).resolves.toEqual([]);
  });

  it('are listed by channel, page by page', async () => {
    for (const user of ['c', 'a', 'd', 'b']) await members.add('news', user, MOST);
    await members.add('sport', 'a', MOST);
    await expect(members.page('news', '', 3)).resolves.toEqual([
      { user: 'a', since: 0 },
      { user: 'b', since: 0 },
      { user: 'c', since: 0 },
    ]);
    await expect(members.page('news', 'c', 3)).resolves.toEqual([{ user: 'd', since: 0 }]);
  });

  it('say when the database is away', async () => {
    hot.isCut = true;
    await expect(members.add('news', '42', MOST)).rejects.toMatchObject({ code: 'unavailable' });
    await expect(members.remove('news', '42')).rejects.toMatchObject({ code: 'unavailable' });
  });
});
