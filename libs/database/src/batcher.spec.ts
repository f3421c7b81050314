import fc from 'fast-check';
import { FakeTimers } from '@switchboard/testing';
import { Batcher, BatcherFullError } from './batcher';

interface Item {
  readonly key: string;
  readonly place: number;
}

const flushMicrotasks = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A batcher whose batches end when the test says so. */
function controlled(bounds: { maxBatch?: number; concurrency?: number; maxQueued?: number; lingerMs?: number } = {}) {
  const timers = new FakeTimers();
  const batches: { items: readonly number[]; end: () => Promise<void> }[] = [];
  const batcher = new Batcher<number, number>({
    maxBatch: 100,
    concurrency: 1,
    maxQueued: 1_000,
    lingerMs: 2,
    ...bounds,
    timers,
    run: (items) =>
      new Promise((resolve) => {
        const end = (): Promise<void> => {
          resolve(items.map((item) => item * 10));
          return flushMicrotasks();
        };
        batches.push({ items, end });
      }),
  });
  return { batcher, batches, timers };
}

describe('Batcher', () => {
  it('gives every item its own result once, in bounds and in order, whatever happens', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          maxBatch: fc.integer({ min: 1, max: 50 }),
          concurrency: fc.integer({ min: 1, max: 3 }),
          maxQueued: fc.integer({ min: 1, max: 60 }),
          lingerMs: fc.integer({ min: 0, max: 5 }),
          isKeyed: fc.boolean(),
        }),
        fc.array(fc.record({ key: fc.constantFrom('a', 'b', 'c'), pauseMs: fc.integer({ min: 0, max: 4 }) }), { maxLength: 40 }),
        fc.array(fc.record({ tookMs: fc.integer({ min: 0, max: 6 }), fate: fc.constantFrom('ok', 'ok', 'reject', 'short') }), {
          minLength: 1,
        }),
        async ({ isKeyed, ...bounds }, arrivals, runs) => {
          const timers = new FakeTimers();
          const started: Item[] = [];
          const keysInFlight: string[][] = [];
          let batches = 0;
          const batcher = new Batcher<Item, string>({
            ...bounds,
            timers,
            ...(isKeyed ? { keyOf: ({ key }: Item) => key } : {}),
            run: async (items) => {
              const { tookMs, fate } = runs[batches++ % runs.length] ?? { tookMs: 0, fate: 'ok' };
              expect(items.length).toBeGreaterThan(0);
              expect(items.length).toBeLessThanOrEqual(bounds.maxBatch);
              const keys = [...new Set(items.map(({ key }) => key))];
              expect(isKeyed && keysInFlight.flat().some((key) => keys.includes(key))).toBe(false);
              keysInFlight.push(keys);
              expect(keysInFlight.length).toBeLessThanOrEqual(bounds.concurrency);
              started.push(...items);
              await new Promise<void>((resolve) => timers.after(tookMs, resolve));
              keysInFlight.splice(keysInFlight.indexOf(keys), 1);
              if (fate === 'reject') throw new Error('the batch failed');
              const results = items.map(({ place }) => (place % 7 === 0 ? new Error(`no ${String(place)}`) : `yes ${String(place)}`));
              return fate === 'short' ? results.slice(1) : results;
            },
          });
          const settled: string[] = [];
          const refused: number[] = [];
          for (const [place, { key, pauseMs }] of arrivals.entries()) {
            expect(batcher.queued).toBeLessThanOrEqual(bounds.maxQueued);
            const isFull = batcher.queued === bounds.maxQueued;
            void batcher.add({ key, place }).then(
              (result) => settled.push(result),
              (error: unknown) => {
                if (error instanceof BatcherFullError) refused.push(place);
                else settled.push((error as Error).message);
                expect(error instanceof BatcherFullError).toBe(isFull);
              },
            );
            if (pauseMs > 0) await timers.advance(pauseMs);
          }
          const idle = batcher.idle();
          await timers.advance(10_000);
          await idle;
          expect(settled).toHaveLength(arrivals.length - refused.length);
          expect(started.map(({ place }) => place).sort((a, b) => a - b)).toEqual(
            arrivals.map((_, place) => place).filter((place) => !refused.includes(place)),
          );
          const own = settled.filter((text) => /^(yes|no) /.test(text));
          expect(new Set(own).size).toBe(own.length);
          const lanes = isKeyed ? ['a', 'b', 'c'].map((lane) => started.filter(({ key }) => key === lane)) : [started];
          for (const lane of lanes) expect(lane).toEqual([...lane].sort((a, b) => a.place - b.place));
          expect(batcher.queued).toBe(0);
        },
      ),
      { numRuns: 1_000 },
    );
  }, 60_000);

  it('sends a lone item at once', async () => {
    const { batcher, batches, timers } = controlled();
    void batcher.add(1);
    await flushMicrotasks();
    expect(batches.map(({ items }) => items)).toEqual([[1]]);
    await batches[0]?.end();
    void batcher.add(2);
    await flushMicrotasks();
    expect(batches.map(({ items }) => items)).toEqual([[1], [2]]);
    expect(timers.pending).toBe(0);
  });

  it('puts what is added in one go into one batch', async () => {
    const { batcher, batches } = controlled();
    for (const item of [1, 2, 3]) void batcher.add(item);
    await flushMicrotasks();
    expect(batches.map(({ items }) => items)).toEqual([[1, 2, 3]]);
  });

  it('lets items collect while a batch is in flight, and no longer than the linger time after it', async () => {
    const { batcher, batches, timers } = controlled({ lingerMs: 2 });
    void batcher.add(1);
    await flushMicrotasks();
    await timers.advance(5);
    void batcher.add(2);
    await batches[0]?.end();
    void batcher.add(3);
    await timers.advance(1);
    expect(batches).toHaveLength(1);
    await timers.advance(1);
    expect(batches.map(({ items }) => items)).toEqual([[1], [2, 3]]);
  });

  it('does not linger once as many wait as are worth a statement', async () => {
    const { batcher, batches } = controlled({ lingerMs: 1_000 });
    void batcher.add(0);
    await flushMicrotasks();
    for (let item = 1; item <= 32; item += 1) void batcher.add(item);
    await batches[0]?.end();
    expect(batches[1]?.items).toHaveLength(32);
  });

  it('refuses items beyond the bound of its queue, and takes them again once there is room', async () => {
    const { batcher, batches, timers } = controlled({ maxQueued: 2 });
    for (const item of [1, 2]) void batcher.add(item);
    await expect(batcher.add(3)).rejects.toThrow(BatcherFullError);
    await flushMicrotasks();
    void batcher.add(4);
    await batches[0]?.end();
    await timers.advance(2);
    expect(batches.map(({ items }) => items)).toEqual([[1, 2], [4]]);
  });
});
