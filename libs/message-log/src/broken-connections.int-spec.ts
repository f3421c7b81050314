import { createTestDatabase, type TestDatabase } from '@switchboard/testing';
import type { SwitchboardError } from '@switchboard/protocol';
import type { DataSource } from 'typeorm';
import { contentOf, openLog, openMigrated, type OpenLog } from './testing/open-log';

const STREAMS = ['user:1', 'user:2', 'user:3', 'user:4'];
const CALLERS = 32;
const LASTS_MS = 3_000;

type Outcome = { readonly seq: number } | { readonly code: string };

describe('MessageLog when its connections break', () => {
  let database: TestDatabase;
  let dataSource: DataSource;
  let opened: OpenLog;

  beforeAll(async () => {
    database = await createTestDatabase();
    dataSource = await openMigrated(database.url);
    opened = openLog(database.url);
  });
  afterAll(async () => {
    await opened.pool.end();
    await dataSource.destroy();
    await database.drop();
  });

  async function appendUntil(endMs: number, caller: number, outcomes: Map<string, Outcome & { stream: string }>): Promise<void> {
    for (let turn = 0; Date.now() < endMs; turn += 1) {
      const stream = STREAMS[(caller + turn) % STREAMS.length] ?? '';
      const content = contentOf(`${String(caller)}-${String(turn)}`);
      const outcome = await opened.log.append({ stream, content }).catch((error: unknown) => error as SwitchboardError);
      outcomes.set(content.toString(), { ...('seq' in outcome ? { seq: outcome.seq } : { code: outcome.code }), stream });
    }
  }

  async function breakUntil(endMs: number): Promise<void> {
    while (Date.now() < endMs) {
      await dataSource.query(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'log-under-test' AND datname = current_database()",
      );
      await new Promise((resolve) => setTimeout(resolve, 5 + Math.random() * 40));
    }
  }

  async function readAll(stream: string): Promise<Map<number, string>> {
    const stored = new Map<number, string>();
    for (let after = 0; ;) {
      const page = await opened.log.readPage({ stream, after });
      for (const { seq, content } of page.rows) stored.set(seq, content.toString());
      if (page.through === page.head) return stored;
      after = page.through;
    }
  }

  it('keeps what it acknowledged once, nothing that it called unavailable, and leaves no hole', async () => {
    const outcomes = new Map<string, Outcome & { stream: string }>();
    const endMs = Date.now() + LASTS_MS;
    await Promise.all([breakUntil(endMs), ...Array.from({ length: CALLERS }, (_, caller) => appendUntil(endMs, caller, outcomes))]);
    const counts: Record<string, number> = {};
    const wrong: string[] = [];
    for (const stream of STREAMS) {
      const stored = await readAll(stream);
      const contents = [...stored.values()];
      expect([...stored.keys()]).toEqual(contents.map((_, index) => index + 1));
      expect(new Set(contents).size).toBe(contents.length);
      const placeOf = new Map([...stored].map(([seq, content]) => [content, seq]));
      for (const [content, outcome] of outcomes) {
        if (outcome.stream !== stream) continue;
        const place = placeOf.get(content);
        const name = 'seq' in outcome ? 'appended' : `${outcome.code}, ${place === undefined ? 'not stored' : 'stored'}`;
        counts[name] = (counts[name] ?? 0) + 1;
        if ('seq' in outcome ? place !== outcome.seq : outcome.code !== 'outcome_unknown' && place !== undefined)
          wrong.push(`${content}: ${name}`);
      }
    }
    expect(wrong).toEqual([]);
    expect(counts['appended']).toBeGreaterThan(100);
    expect(Object.keys(counts).some((name) => name.startsWith('outcome_unknown'))).toBe(true);
    expect(Object.keys(counts).filter((name) => !/^(appended|outcome_unknown|unavailable)/.test(name))).toEqual([]);
  });
});
