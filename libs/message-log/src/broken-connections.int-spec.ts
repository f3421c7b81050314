import { BreakableRelay, createTestDatabase, type TestDatabase } from '@switchboard/testing';
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

  let relay: BreakableRelay;

  beforeEach(async () => {
    database = await createTestDatabase();
    dataSource = await openMigrated(database.url);
    relay = await BreakableRelay.to(database.url);
    opened = openLog(relay.url);
  });
  afterEach(async () => {
    await opened.pool.end();
    await relay.close();
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

  async function breakUntil(endMs: number, breakOnce: () => Promise<void>): Promise<void> {
    while (Date.now() < endMs) {
      await breakOnce();
      await new Promise((resolve) => setTimeout(resolve, 10 + Math.random() * 60));
    }
  }

  async function terminateBackends(): Promise<void> {
    await dataSource.query(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'log-under-test' AND datname = current_database()",
    );
  }

  function cutNetwork(): Promise<void> {
    relay.cut();
    return Promise.resolve();
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

  /** How often each outcome was followed by which fact; throws if the two contradict each other. */
  async function compare(outcomes: ReadonlyMap<string, Outcome & { stream: string }>): Promise<Record<string, number>> {
    const counts: Record<string, number> = {};
    for (const stream of STREAMS) {
      const stored = await readAll(stream);
      const contents = [...stored.values()];
      expect([...stored.keys()]).toEqual(contents.map((_, index) => index + 1));
      expect(new Set(contents).size).toBe(contents.length);
      const placeOf = new Map([...stored].map(([seq, content]) => [content, seq]));
      for (const [content, outcome] of outcomes) {
        if (outcome.stream !== stream) continue;
        const place = placeOf.get(content);
        const said = 'seq' in outcome ? `seq ${outcome.seq === place ? 'right' : 'wrong'}` : outcome.code;
        const name = `${said}, ${place === undefined ? 'not stored' : 'stored'}`;
        counts[name] = (counts[name] ?? 0) + 1;
      }
    }
    return counts;
  }

  it.each([
    ['the server ends them', terminateBackends, ['unavailable, not stored']],
    ['the network cuts them', cutNetwork, ['outcome_unknown, stored']],
  ] as const)(
    'keeps what it acknowledged once, nothing that it called unavailable, and leaves no hole when %s',
    async (_, breakOnce, mustOccur) => {
      const outcomes = new Map<string, Outcome & { stream: string }>();
      const endMs = Date.now() + LASTS_MS;
      await Promise.all([
        breakUntil(endMs, breakOnce),
        ...Array.from({ length: CALLERS }, (__, caller) => appendUntil(endMs, caller, outcomes)),
      ]);
      const counts = await compare(outcomes);
      const possible = ['seq right, stored', 'unavailable, not stored', 'outcome_unknown, stored', 'outcome_unknown, not stored'];
      expect(possible).toEqual(expect.arrayContaining(Object.keys(counts)));
      expect(Object.keys(counts)).toEqual(expect.arrayContaining(['seq right, stored', ...mustOccur]));
    },
  );
});
