import { createDataSource, HotPool, runMigrations } from '@switchboard/database';
import { MessageLog } from '@switchboard/message-log';
import { messageLogSettings, readSettings } from '@switchboard/config';
import { createTestDatabase, waitFor, type TestDatabase } from '@switchboard/testing';
import type { DataSource } from 'typeorm';
import { ExpiryReceipts } from './expiry-receipts';
import { Outbox } from './outbox';
import type { PublishedEvent } from './published-event';

describe('The outbox', () => {
  let database: TestDatabase;
  let dataSource: DataSource;
  let pool: HotPool;
  let log: MessageLog;
  let outbox: Outbox;
  let published: PublishedEvent[];

  const publish = (events: readonly PublishedEvent[]): Promise<void> => {
    published.push(...events);
    return Promise.resolve();
  };
  const values = () => published.map(({ value }) => JSON.parse(value) as Record<string, unknown>);
  const send = async (user: string, count: number, ttlMs?: number): Promise<string[]> => {
    const sent = await Promise.all(
      Array.from({ length: count }, (_, place) =>
        log.append({ stream: `user:${user}`, content: Buffer.from(`"data":${String(place)}}`), ttlMs }),
      ),
    );
    return sent.map(({ id }) => id);
  };
  const publishAll = async (): Promise<void> => {
    while ((await outbox.step(publish)).hasMore);
  };

  beforeAll(async () => {
    database = await createTestDatabase();
    dataSource = await createDataSource({ url: database.url, entities: [] }).initialize();
    await runMigrations(dataSource);
    pool = new HotPool({ url: database.url, applicationName: 'log', connections: 4, connectTimeoutMs: 3_000, statementTimeoutMs: 5_000 });
    log = new MessageLog(pool, { ...readSettings(messageLogSettings, {}), publishedEvents: ['receipts'] });
    outbox = new Outbox(dataSource);
  });
  beforeEach(async () => {
    published = [];
    await dataSource.query('DELETE FROM outbox');
  });
  afterAll(async () => {
    await pool.end();
    await dataSource.destroy();
    await database.drop();
  });

  it('gives a receipt for the first acknowledgement of each message, and for no other', async () => {
    const ids = await send('first', 4);
    await log.acknowledge([{ user: 'first', device: 'phone', seq: 2 }]);
    await log.acknowledge([{ user: 'first', device: 'tablet', seq: 1 }]);
    await log.acknowledge([{ user: 'first', device: 'tablet', seq: 2 }]);
    await log.acknowledge([{ user: 'first', device: undefined, seq: 3 }]);
    await publishAll();
    const receipt = (place: number, device?: string) => ({
      version: 1,
      type: 'acknowledged',
      time: expect.stringMatching(/^\d{4}-.*Z$/) as string,
      id: ids[place],
      stream: 'user:first',
      seq: place + 1,
      user: 'first',
      ...(device === undefined ? {} : { device }),
    });
    expect(values()).toEqual([receipt(0, 'phone'), receipt(1, 'phone'), receipt(2)]);
    expect(published.map(({ topic, key }) => [topic, key])).toEqual(Array(3).fill(['receipts', 'first']));
  });

  it('counts each message once when servers acknowledge at the same time', async () => {
    await send('race', 50);
    await Promise.all(
      Array.from({ length: 50 }, (_, seq) => log.acknowledge([{ user: 'race', device: `d${String(seq % 5)}`, seq: seq + 1 }])),
    );
    await publishAll();
    const seqs = values().map(({ seq }) => seq as number);
    expect([...seqs].sort((one, other) => one - other)).toEqual(Array.from({ length: 50 }, (_, place) => place + 1));
  });

  it('keeps what could not be published, in its order', async () => {
    await send('again', 2);
    await log.acknowledge([{ user: 'again', device: 'phone', seq: 1 }]);
    await log.acknowledge([{ user: 'again', device: 'phone', seq: 2 }]);
    await expect(outbox.step(() => Promise.reject(new Error('away')))).rejects.toThrow('away');
    await publishAll();
    expect(values().map(({ seq }) => seq)).toEqual([1, 2]);
    expect(await outbox.step(publish)).toMatchObject({ published: 0, hasMore: false });
  });

  it('cuts a long range, and goes on where it stopped', async () => {
    await send('long', 2_500);
    await log.acknowledge([{ user: 'long', device: 'phone', seq: 2_500 }]);
    expect(await outbox.step(publish)).toMatchObject({ published: 1_000, hasMore: true });
    await publishAll();
    expect(values().map(({ seq }) => seq)).toEqual(Array.from({ length: 2_500 }, (_, place) => place + 1));
  });

  it('is published by one process at a time', async () => {
    await send('alone', 1);
    await log.acknowledge([{ user: 'alone', device: 'phone', seq: 1 }]);
    let release: () => void = () => undefined;
    const held = outbox.step((events) => publish(events).then(() => new Promise<void>((resolve) => (release = resolve))));
    await waitFor('the first to be at it', () => published.length === 1);
    expect(await outbox.step(publish)).toMatchObject({ isBusy: true, published: 0 });
    release();
    await held;
    expect(published).toHaveLength(1);
  });

  it('gives up what could not be published for too long', async () => {
    await send('old', 1);
    await log.acknowledge([{ user: 'old', device: 'phone', seq: 1 }]);
    expect(await outbox.dropOlderThan(60_000)).toBe(0);
    await dataSource.query("UPDATE outbox SET created_at = now() - interval '2 minutes'");
    expect(await outbox.dropOlderThan(60_000)).toBe(1);
  });

  describe('of messages that expire', () => {
    /** As if time had passed: rows cannot move to a day that is over. */
    const expire = (user: string): Promise<unknown> =>
      dataSource.query(`UPDATE messages SET expires_at = now() - interval '6 seconds' + seq * interval '1 microsecond' WHERE stream = $1`, [
        `user:${user}`,
      ]);

    it('gives one receipt for each that nobody acknowledged', async () => {
      const receipts = new ExpiryReceipts(dataSource);
      const ids = await send('expiring', 4);
      await send('expiring-not-yet', 1);
      await log.acknowledge([{ user: 'expiring', device: 'phone', seq: 1 }]);
      await dataSource.query(`UPDATE messages SET recalled_at = now() WHERE stream = 'user:expiring' AND seq = 3`);
      await dataSource.query('DELETE FROM outbox');
      await dataSource.query("UPDATE expiry_progress SET expires_at = now() - interval '1 minute', stream = '', seq = 0");
      await expire('expiring');
      expect(await receipts.step()).toEqual({ written: 2, hasMore: false });
      expect(await receipts.step()).toEqual({ written: 0, hasMore: false });
      await publishAll();
      expect(values()).toEqual(
        [2, 4].map((seq) => ({
          version: 1,
          type: 'expired',
          time: expect.stringMatching(/Z$/) as string,
          id: ids[seq - 1],
          stream: 'user:expiring',
          seq,
          user: 'expiring',
        })),
      );
    });

    it('goes through many of them step by step', async () => {
      const receipts = new ExpiryReceipts(dataSource);
      await send('many', 2_300);
      await dataSource.query("UPDATE expiry_progress SET expires_at = now() - interval '1 minute', stream = '', seq = 0");
      await dataSource.query(`UPDATE messages SET expires_at = now() - interval '6 seconds' WHERE stream = 'user:many'`);
      const written: number[] = [];
      for (let more = true; more;) {
        const step = await receipts.step();
        written.push(step.written);
        more = step.hasMore;
      }
      expect(written.reduce((sum, each) => sum + each, 0)).toBeGreaterThanOrEqual(2_300);
      await publishAll();
      const seqs = values().flatMap(({ user, seq }) => (user === 'many' ? [seq as number] : []));
      expect(seqs).toEqual(Array.from({ length: 2_300 }, (_, place) => place + 1));
    });
  });
});
