import { createTestDatabase, type TestDatabase } from '@switchboard/testing';
import { decodeMessageId, type MessageReference } from '@switchboard/protocol/events';
import type { DataSource } from 'typeorm';
import { gapsOf } from './gaps-of';
import type { MessageLog } from './message-log';
import { contentOf, openLog, openMigrated, type OpenLog } from './testing/open-log';

describe('MessageLog', () => {
  let database: TestDatabase;
  let dataSource: DataSource;
  let opened: OpenLog;
  let log: MessageLog;

  beforeAll(async () => {
    database = await createTestDatabase();
    dataSource = await openMigrated(database.url);
    opened = openLog(database.url, { pageRows: 3 });
    ({ log } = opened);
  });
  afterAll(async () => {
    await opened.pool.end();
    await dataSource.destroy();
    await database.drop();
  });

  async function append(stream: string, count: number, ttlMs?: number): Promise<MessageReference[]> {
    const references: MessageReference[] = [];
    for (let place = 0; place < count; place += 1) {
      const { id } = await log.append({ stream, content: contentOf(place), ttlMs });
      const reference = decodeMessageId(id);
      if (reference !== undefined) references.push(reference);
    }
    return references;
  }

  const at = (references: readonly MessageReference[], place: number): MessageReference => {
    const reference = references[place];
    if (reference === undefined) throw new Error(`no message ${String(place)}`);
    return reference;
  };

  it('returns no message that was recalled, and tells readers why', async () => {
    const sent = await append('user:recall', 5);
    expect(await log.recall(at(sent, 1))).toBe(true);
    expect(await log.recall(at(sent, 2))).toBe(true);
    const page = await log.readPage({ stream: 'user:recall', after: 0 });
    expect(page).toMatchObject({ through: 3, head: 5, recalled: [2, 3] });
    expect(page.rows.map(({ seq }) => seq)).toEqual([1]);
    expect(gapsOf(page)).toEqual([{ after: 1, through: 3, reason: 'recalled' }]);
    const rest = await log.readPage({ stream: 'user:recall', after: 3 });
    expect(rest.rows.map(({ seq }) => seq)).toEqual([4, 5]);
  });

  it('begins the oldest behind what was recalled', async () => {
    const sent = await append('user:first', 2);
    await log.recall(at(sent, 0));
    expect(await log.starts([{ stream: 'user:first', from: { kind: 'earliest' } }])).toEqual([{ after: 1, head: 2 }]);
  });

  it('recalls again without a change, and nothing that is not there', async () => {
    const [sent] = await append('user:again', 1);
    if (sent === undefined) throw new Error('nothing was sent');
    await log.recall(sent);
    const { recalledAtMs } = (await log.find(sent)) ?? {};
    expect(await log.recall(sent)).toBe(true);
    expect(await log.find(sent)).toMatchObject({ recalledAtMs, isExpired: false });
    expect(await log.recall({ ...sent, uuid: Buffer.alloc(16) })).toBe(false);
    expect(await log.recall({ ...sent, seq: 2 })).toBe(false);
    expect(await log.recall({ ...sent, stream: 'user:nobody' })).toBe(false);
  });

  it('tells what became of a message', async () => {
    const { id, timeMs, expiresAtMs } = await log.append({ stream: 'user:status', content: contentOf(1), ttlMs: 60_000 });
    const reference = decodeMessageId(id);
    if (reference === undefined) throw new Error('not an id');
    const kept = { id, stream: 'user:status', seq: 1, timeMs, isExpired: false, recalledAtMs: undefined };
    expect(await log.find(reference)).toEqual({ ...kept, expiresAtMs });
    expect(await log.find({ ...reference, uuid: Buffer.alloc(16) })).toBeUndefined();
    expect(await log.find({ ...reference, seq: 2 })).toBeUndefined();
    expect(await log.find({ ...reference, stream: 'user:nobody' })).toBeUndefined();
    await dataSource.query(`DELETE FROM messages WHERE stream = 'user:status'`);
    const gone = await log.find(reference);
    expect(gone).toMatchObject({ isExpired: true, expiresAtMs: undefined });
    // What is left is the time in its id, by the clock of the sender.
    expect(Math.abs((gone?.timeMs ?? 0) - timeMs)).toBeLessThan(5_000);
  });
});
