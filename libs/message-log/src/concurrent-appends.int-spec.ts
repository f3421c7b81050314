import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { createTestDatabase, type TestDatabase } from '@switchboard/testing';
import { contentOf, openLog, openMigrated, type OpenLog } from './testing/open-log';

const run = promisify(execFile);
const RUN_TYPESCRIPT = resolve(__dirname, 'testing/run-typescript.mjs');
const APPEND_IN_CHILD = resolve(__dirname, 'testing/append-in-child.ts');
const CHILDREN = 3;
const STREAMS = ['channel:hot', 'user:1', 'user:2'];
const MESSAGES_PER_CHILD = 1_500;

/** Reads a stream from its beginning until `isOver`, and checks that no number becomes visible before those below it. */
async function watch({ log }: OpenLog, stream: string, isOver: () => boolean): Promise<number> {
  let position = 0;
  for (;;) {
    const isLast = isOver();
    const page = await log.readPage({ stream, after: position });
    const missing = page.rows.findIndex(({ seq }, index) => seq !== position + 1 + index);
    if (missing >= 0) throw new Error(`${stream}: ${String(page.rows[missing]?.seq)} was visible before ${String(position + 1 + missing)}`);
    if (page.through !== position + page.rows.length) throw new Error(`${stream}: the head was visible before its messages`);
    position = page.through;
    if (isLast && position === page.head) return position;
  }
}

describe('MessageLog with several writers', () => {
  let database: TestDatabase;
  const open: OpenLog[] = [];

  function use(): OpenLog {
    const opened = openLog(database.url);
    open.push(opened);
    return opened;
  }

  beforeEach(async () => {
    database = await createTestDatabase();
    await (await openMigrated(database.url)).destroy();
  });
  afterEach(async () => {
    await Promise.all(open.splice(0).map(({ pool }) => pool.end()));
    await database.drop();
  });

  it('numbers densely across processes, and shows no number before those below it', async () => {
    let isOver = false;
    const watching = Promise.all(STREAMS.map((stream) => watch(use(), stream, () => isOver)));
    const children = await Promise.all(
      Array.from({ length: CHILDREN }, async () => {
        const { stdout } = await run(process.execPath, [
          RUN_TYPESCRIPT,
          APPEND_IN_CHILD,
          database.url,
          STREAMS.join(','),
          String(MESSAGES_PER_CHILD),
        ]);
        return JSON.parse(stdout) as Record<string, number[]>;
      }),
    );
    isOver = true;
    const expected = (CHILDREN * MESSAGES_PER_CHILD) / STREAMS.length;
    expect(await watching).toEqual(STREAMS.map(() => expected));
    for (const stream of STREAMS) {
      const perChild = children.map((seqs) => seqs[stream] ?? []);
      for (const seqs of perChild) expect(seqs).toEqual([...seqs].sort((a, b) => a - b));
      expect(perChild.flat().sort((a, b) => a - b)).toEqual(Array.from({ length: expected }, (_, index) => index + 1));
    }
  });

  it('does not deadlock when writers use the same streams in different orders', async () => {
    const writers = [use(), use(), use()];
    const streams = Array.from({ length: 40 }, (_, index) => `user:${String(index)}`);
    for (let round = 0; round < 20; round += 1) {
      await Promise.all(
        writers.flatMap(({ log }, writer) =>
          streams.map((_, index) =>
            log.append({ stream: streams[(index * (writer * 2 + 1)) % streams.length] ?? '', content: contentOf(round) }),
          ),
        ),
      );
    }
    const heads = await writers[0]?.log.heads(streams.map((stream) => ({ stream, seen: 0 })));
    expect(heads?.reduce((sum, { head }) => sum + head, 0)).toBe(20 * 3 * 40);
  });
});
