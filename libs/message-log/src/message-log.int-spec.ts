import { createTestDatabase, waitFor, type TestDatabase } from '@switchboard/testing';
import { decodeMessageId } from '@switchboard/protocol/events';
import type { DataSource } from 'typeorm';
import { StoredMessage, StreamHead } from './entities';
import { gapsOf } from './gaps-of';
import { contentOf, openLog, openMigrated, type OpenLog } from './testing/open-log';

describe('MessageLog', () => {
  let database: TestDatabase;
  let dataSource: DataSource;
  const open: OpenLog[] = [];

  function use(settings: Parameters<typeof openLog>[1] = {}): OpenLog['log'] {
    const opened = openLog(database.url, settings);
    open.push(opened);
    return opened.log;
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

  it('agrees with its entities', async () => {
    const { upQueries } = await dataSource.driver.createSchemaBuilder().log();
    expect(upQueries.map(({ query }) => query)).toEqual([]);
    const log = use();
    const { seq, timeMs } = await log.append({ stream: 'user:entity', content: contentOf(1) });
    expect(await dataSource.getRepository(StreamHead).findOneByOrFail({ key: 'user:entity' })).toMatchObject({ head: 1 });
    const stored = await dataSource.getRepository(StoredMessage).findOneByOrFail({ stream: 'user:entity', seq });
    expect(stored).toMatchObject({ seq, createdAt: new Date(timeMs), payload: contentOf(1) });
  });

  it('numbers each stream from 1 in the order of the calls, and answers in that order', async () => {
    const log = use({ appendBatch: 7 });
    const answered: number[] = [];
    const calls = Array.from({ length: 100 }, async (_, place) => {
      const { seq } = await log.append({ stream: `user:order-${String(place % 2)}`, content: contentOf(place) });
      if (place % 2 === 0) answered.push(seq);
      return seq;
    });
    expect(await Promise.all(calls)).toEqual(Array.from({ length: 100 }, (_, place) => Math.floor(place / 2) + 1));
    expect(answered).toEqual(Array.from({ length: 50 }, (_, place) => place + 1));
  });

  it('reads what was appended: the same id, times and bytes', async () => {
    const log = use();
    const contents = [
      contentOf('é 💬 \u2028 \\u0000'),
      contentOf(null),
      Buffer.from('"data":{"a":1.0,"a":12345678901234567890}}'),
      contentOf('x'.repeat(60_000)),
    ];
    const stream = 'user:0 ü/%,"{}';
    const appended = await Promise.all(contents.map((content, place) => log.append({ stream, content, ttlMs: 60_000 + place })));
    const page = await log.readPage({ stream, after: 0 });
    expect(page).toEqual({
      stream,
      after: 0,
      through: 4,
      head: 4,
      recalled: [],
      rows: appended.map(({ id, seq, timeMs, expiresAtMs }, place) => ({ id, seq, timeMs, expiresAtMs, content: contents[place] })),
    });
    expect(decodeMessageId(appended[2]?.id ?? '')).toMatchObject({ stream, seq: 3 });
    expect(appended.map(({ timeMs, expiresAtMs }) => expiresAtMs - timeMs)).toEqual([60_000, 60_001, 60_002, 60_003]);
    expect(gapsOf(page)).toEqual([]);
  });

  it('keeps a message for the default time, and for the longest at most', async () => {
    const log = use({ defaultTtlMs: 5_000, maxTtlMs: 9_000 });
    const byDefault = await log.append({ stream: 'user:ttl', content: contentOf(1) });
    const atMost = await log.append({ stream: 'user:ttl', content: contentOf(2), ttlMs: 9_000 });
    expect(byDefault.expiresAtMs - byDefault.timeMs).toBe(5_000);
    expect(atMost.expiresAtMs - atMost.timeMs).toBe(9_000);
    await expect(log.append({ stream: 'user:ttl', content: contentOf(3), ttlMs: 9_001 })).rejects.toMatchObject({ code: 'invalid_field' });
  });

  it('ends a page at its most rows', async () => {
    const log = use({ pageRows: 3 });
    await Promise.all([1, 2, 3, 4].map((data) => log.append({ stream: 'user:rows', content: contentOf(data) })));
    expect(await log.readPage({ stream: 'user:rows', after: 0 })).toMatchObject({ through: 3, head: 4, rows: { length: 3 } });
    expect(await log.readPage({ stream: 'user:rows', after: 1 })).toMatchObject({ through: 4, head: 4, rows: { length: 3 } });
    expect(await log.readPage({ stream: 'user:rows', after: 3 })).toMatchObject({ through: 4, head: 4, rows: { length: 1 } });
  });

  it('ends a page at its most bytes, but holds one message at least', async () => {
    const log = use({ pageBytes: 1_000 });
    for (const length of [400, 500, 400, 5_000, 10]) await log.append({ stream: 'user:bytes', content: contentOf('x'.repeat(length)) });
    const seqsBehind = async (after: number): Promise<number[]> =>
      (await log.readPage({ stream: 'user:bytes', after })).rows.map(({ seq }) => seq);
    expect(await seqsBehind(0)).toEqual([1, 2]);
    expect(await seqsBehind(2)).toEqual([3]);
    expect(await seqsBehind(3)).toEqual([4]);
    expect(await seqsBehind(4)).toEqual([5]);
    expect(await log.readPage({ stream: 'user:bytes', after: 2 })).toMatchObject({ through: 3, head: 5 });
  });

  it('shares the bytes of a statement among its pages', async () => {
    const log = use({ readBytes: 65_536 });
    for (const data of ['a', 'b', 'c']) await log.append({ stream: 'user:share', content: contentOf(data.repeat(20_000)) });
    const pages = await Promise.all(Array.from({ length: 4 }, () => log.readPage({ stream: 'user:share', after: 0 })));
    expect(pages.map(({ through }) => through)).toEqual([1, 1, 1, 1]);
    expect(await log.readPage({ stream: 'user:share', after: 0 })).toMatchObject({ through: 3 });
  });

  it('shows expired messages as gaps, at the end too', async () => {
    const log = use();
    for (const ttlMs of [1, 60_000, 1, 1]) await log.append({ stream: 'user:gaps', content: contentOf(ttlMs), ttlMs });
    const page = await waitFor('the short-lived messages to expire', async () => {
      const read = await log.readPage({ stream: 'user:gaps', after: 0 });
      return read.rows.length === 1 ? read : undefined;
    });
    expect(page).toMatchObject({ through: 4, head: 4, rows: [{ seq: 2 }] });
    expect(gapsOf(page)).toEqual([
      { after: 0, through: 1, reason: 'expired' },
      { after: 2, through: 4, reason: 'expired' },
    ]);
    expect(await log.readPage({ stream: 'user:gaps', after: 2 })).toMatchObject({ through: 4, rows: [] });
  });

  it('has nothing to read at the head, of an unknown stream, and where the log went back', async () => {
    const log = use();
    await log.append({ stream: 'user:back', content: contentOf(1) });
    expect(await log.readPage({ stream: 'user:back', after: 1 })).toEqual({
      stream: 'user:back',
      after: 1,
      through: 1,
      head: 1,
      rows: [],
      recalled: [],
    });
    expect(await log.readPage({ stream: 'user:nobody', after: 0 })).toMatchObject({ through: 0, head: 0, rows: [] });
    expect(await log.readPage({ stream: 'user:back', after: 5 })).toMatchObject({ through: 1, head: 1, rows: [] });
    expect(await log.readPage({ stream: 'user:nobody', after: 5 })).toMatchObject({ through: 0, head: 0, rows: [] });
  });

  it('names the heads that have changed', async () => {
    const log = use();
    for (const stream of ['user:h1', 'user:h2', 'user:h2']) await log.append({ stream, content: contentOf(1) });
    const seen = [
      { stream: 'user:h1', seen: 1 },
      { stream: 'user:h2', seen: 1 },
      { stream: 'user:h3', seen: 0 },
      { stream: 'user:h4', seen: 7 },
    ];
    const heads = await log.heads(seen);
    expect([...heads].sort((a, b) => a.stream.localeCompare(b.stream))).toEqual([
      { stream: 'user:h2', head: 2 },
      { stream: 'user:h4', head: 0 },
    ]);
    expect(await log.heads([])).toEqual([]);
  });

  it('finds where subscriptions begin', async () => {
    const log = use();
    for (const ttlMs of [1, 60_000, 60_000]) await log.append({ stream: 'user:s1', content: contentOf(1), ttlMs });
    for (const ttlMs of [1, 1]) await log.append({ stream: 'user:s2', content: contentOf(1), ttlMs });
    const [first, second] = await Promise.all([
      log.starts([
        { stream: 'user:s1', from: { kind: 'earliest' } },
        { stream: 'user:s1', from: { kind: 'now' } },
        { stream: 'user:s1', from: { kind: 'resume', after: 2 } },
        { stream: 'user:s1', from: { kind: 'resume', after: 9 } },
      ]),
      log.starts([
        { stream: 'user:s2', from: { kind: 'earliest' } },
        { stream: 'user:none', from: { kind: 'earliest' } },
        { stream: 'user:none', from: { kind: 'resume', after: 4 } },
      ]),
    ]);
    expect(first).toEqual([1, 3, 2, 3].map((after) => ({ after, head: 3 })));
    expect(second).toEqual([
      { after: 2, head: 2 },
      { after: 0, head: 0 },
      { after: 0, head: 0 },
    ]);
    expect(await log.starts([])).toEqual([]);
  });

  it('lets one bad message fail alone', async () => {
    const log = use();
    const streams = ['user:good', 'user:good', 'user:\0', 'user:good'];
    const outcomes = await Promise.allSettled(streams.map((stream) => log.append({ stream, content: contentOf(1) })));
    expect(outcomes).toMatchObject([{ value: { seq: 1 } }, { value: { seq: 2 } }, { reason: { code: 'internal' } }, { value: { seq: 3 } }]);
    const reads = await Promise.allSettled(streams.map((stream) => log.readPage({ stream, after: 0 })));
    expect(reads).toMatchObject([{ value: { head: 3 } }, { value: { head: 3 } }, { reason: { code: 'internal' } }, { value: { head: 3 } }]);
  });

  it('refuses content that could not be read again', async () => {
    const log = use();
    for (const content of [Buffer.from([0x22, 0xff]), Buffer.from('a\0b')]) {
      await expect(log.append({ stream: 'user:bad', content })).rejects.toMatchObject({ code: 'internal' });
    }
    expect(await log.heads([{ stream: 'user:bad', seen: 0 }])).toEqual([]);
  });

  it('says overloaded when too much waits', async () => {
    const log = use({ mostQueuedAppends: 3 });
    const outcomes = await Promise.allSettled([1, 2, 3, 4].map((data) => log.append({ stream: 'user:full', content: contentOf(data) })));
    expect(outcomes).toMatchObject([
      { status: 'fulfilled' },
      { status: 'fulfilled' },
      { status: 'fulfilled' },
      { reason: { code: 'overloaded' } },
    ]);
    await log.idle();
  });

  it('says unavailable when there is no database', async () => {
    const opened = openLog('postgres://postgres@127.0.0.1:1/none');
    open.push(opened);
    const { log } = opened;
    await expect(log.append({ stream: 'user:1', content: contentOf(1) })).rejects.toMatchObject({ code: 'unavailable' });
    await expect(log.readPage({ stream: 'user:1', after: 0 })).rejects.toMatchObject({ code: 'unavailable' });
    await expect(log.heads([{ stream: 'user:1', seen: 0 }])).rejects.toMatchObject({ code: 'unavailable' });
    await expect(log.starts([{ stream: 'user:1', from: { kind: 'now' } }])).rejects.toMatchObject({ code: 'unavailable' });
  });
});
