import { BreakableRelay, createTestDatabase, type TestDatabase } from '@switchboard/testing';
import type { DataSource } from 'typeorm';
import { KEY_KEPT_MS } from './append-keyed';
import { contentOf, openLog, openMigrated, type OpenLog } from './testing/open-log';

const hashOf = (text: string): Buffer => Buffer.alloc(16, text);

describe('MessageLog with idempotency keys', () => {
  let database: TestDatabase;
  let dataSource: DataSource;
  const open: OpenLog[] = [];

  function use(url = database.url): OpenLog['log'] {
    const opened = openLog(url);
    open.push(opened);
    return opened.log;
  }

  function message(stream: string, key: string, body = 'body', sender = 'api:shop') {
    return { stream, content: contentOf(body), idempotency: { sender, key, hash: hashOf(body) } };
  }

  async function stored(stream: string): Promise<number> {
    const [row] = await dataSource.query<[{ count: number }]>('SELECT count(*)::int AS count FROM messages WHERE stream = $1', [stream]);
    return row.count;
  }

  beforeAll(async () => {
    database = await createTestDatabase();
    dataSource = await openMigrated(database.url);
  });
  afterEach(async () => {
    await Promise.all(open.splice(0).map(({ pool }) => pool.end()));
  });
  afterAll(async () => {
    await dataSource.destroy();
    await database.drop();
  });

  it('answers a repeat as the first time, and keeps one message', async () => {
    const log = use();
    const first = await log.append(message('user:repeat', 'k'));
    const between = await log.append({ stream: 'user:repeat', content: contentOf('other') });
    const again = await log.append(message('user:repeat', 'k'));
    expect(first).toMatchObject({ seq: 1, isReplay: false });
    expect(again).toEqual({ ...first, isReplay: true });
    const next = await log.append(message('user:repeat', 'k2'));
    expect([between.seq, next.seq]).toEqual([2, 3]);
    expect(await stored('user:repeat')).toBe(3);
  });

  it.each([
    ['another sender', message('user:scope', 'k', 'body', 'api:other')],
    ['another stream', message('user:scope-2', 'k')],
    ['another key', message('user:scope', 'K')],
  ])('takes %s for another message', async (_, other) => {
    const log = use();
    await log.append(message('user:scope', 'k'));
    expect(await log.append(other)).toMatchObject({ isReplay: false });
  });

  it('refuses another message under the same key, and numbers go on without a hole', async () => {
    const log = use();
    await log.append(message('user:conflict', 'k'));
    await expect(log.append(message('user:conflict', 'k', 'other'))).rejects.toMatchObject({ code: 'idempotency_conflict' });
    expect(await log.append(message('user:conflict', 'k2'))).toMatchObject({ seq: 2 });
  });

  it('folds repeats within one batch, each judged by what the key stands for', async () => {
    const log = use();
    await log.append(message('user:fold', 'known', 'a'));
    const settled = await Promise.allSettled([
      log.append(message('user:fold', 'known', 'b')),
      log.append(message('user:fold', 'known', 'a')),
      log.append(message('user:fold', 'new', 'c')),
      log.append({ stream: 'user:fold', content: contentOf('plain') }),
      log.append(message('user:fold', 'new', 'c')),
      log.append(message('user:fold', 'new', 'd')),
    ]);
    expect(
      settled.map((outcome) => (outcome.status === 'fulfilled' ? outcome.value.seq : (outcome.reason as { code: string }).code)),
    ).toEqual(['idempotency_conflict', 1, 2, 3, 2, 'idempotency_conflict']);
    expect(settled[4]).toMatchObject({ value: { isReplay: true } });
  });

  it('keeps each message once when many processes race with the same keys', async () => {
    const logs = [use(), use(), use()];
    const keys = Array.from({ length: 60 }, (_, index) => `key-${String(index)}`);
    const answers = await Promise.all(
      keys.flatMap((key, index) => logs.flatMap((log) => [0, 1].map(() => log.append(message(`user:race-${String(index % 3)}`, key))))),
    );
    const byKey = new Map<string, Set<string>>();
    answers.forEach(({ id }, index) => {
      const key = keys[Math.floor(index / 6)] ?? '';
      byKey.set(key, (byKey.get(key) ?? new Set()).add(id));
    });
    expect([...byKey.values()].every((ids) => ids.size === 1)).toBe(true);
    expect(answers.filter(({ isReplay }) => !isReplay)).toHaveLength(keys.length);
    for (const stream of ['user:race-0', 'user:race-1', 'user:race-2']) {
      const { rows, head } = await use().readPage({ stream, after: 0 });
      expect(rows.map(({ seq }) => seq)).toEqual(Array.from({ length: head }, (_, index) => index + 1));
      expect(head).toBe(20);
    }
  });

  it('takes a key that is older than 24 hours for a new one', async () => {
    const log = use();
    const first = await log.append(message('user:old', 'k'));
    await dataSource.query(
      `UPDATE idempotency_keys SET created_at = now() - ${String(KEY_KEPT_MS)} * interval '1 ms' WHERE stream = 'user:old'`,
    );
    expect(await log.append(message('user:old', 'k', 'other'))).toMatchObject({ seq: first.seq + 1, isReplay: false });
    expect(await log.append(message('user:old', 'k', 'other'))).toMatchObject({ seq: first.seq + 1, isReplay: true });
  });

  it('forgets keys of more than 24 hours ago, and no others', async () => {
    const log = use();
    for (const key of ['old', 'young']) await log.append(message('user:forget', key));
    await dataSource.query(
      `UPDATE idempotency_keys SET created_at = now() - ${String(KEY_KEPT_MS)} * interval '1 ms' WHERE stream = 'user:forget' AND key = 'old'`,
    );
    expect(await log.forgetKeys()).toBe(1);
    const left = await dataSource.query<{ key: string }[]>("SELECT key FROM idempotency_keys WHERE stream = 'user:forget'");
    expect(left).toEqual([{ key: 'young' }]);
  });

  it('tries again by itself while the outcome is unknown, and keeps the message once', async () => {
    const relay = await BreakableRelay.to(database.url);
    const log = use(relay.url);
    const endMs = Date.now() + 3_000;
    const cutting = (async () => {
      while (Date.now() < endMs) {
        relay.cut();
        await new Promise((resolve) => setTimeout(resolve, 20 + Math.random() * 60));
      }
    })();
    const accepted = new Map<string, number>();
    let unknown = 0;
    await Promise.all(
      Array.from({ length: 16 }, async (_, caller) => {
        for (let turn = 0; Date.now() < endMs; turn += 1) {
          const key = `${String(caller)}-${String(turn)}`;
          const answer = await log.append(message('user:unknown', key, key)).catch((error: unknown) => error as { code: string });
          if ('seq' in answer) accepted.set(JSON.stringify(key), answer.seq);
          else unknown += answer.code === 'outcome_unknown' ? 1 : 0;
        }
      }),
    );
    await cutting;
    const places = new Map<string, number>();
    for (let after = 0; ;) {
      const page = await use().readPage({ stream: 'user:unknown', after });
      for (const { seq, content } of page.rows) {
        const key = content.toString().slice('"data":'.length, -1);
        expect(places.has(key)).toBe(false);
        places.set(key, seq);
      }
      if (page.through === page.head) break;
      after = page.through;
    }
    for (const [key, seq] of accepted) expect(places.get(key)).toBe(seq);
    expect(accepted.size).toBeGreaterThan(100);
    // It gives up after four tries in a row without an answer; that happens now and then, or never.
    expect(unknown).toBeLessThan(accepted.size);
    await relay.close();
  });
});
