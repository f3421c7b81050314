import fc from 'fast-check';
import { Deferred } from './deferred';
import { InHand } from './in-hand';

describe('InHand', () => {
  it('says how far a stream is handled: up to the first item that is not', async () => {
    const handled: [string, number][] = [];
    const inHand = new InHand((...told) => handled.push(told));
    const [two, three] = [new Deferred<void>(), new Deferred<void>()];
    inHand.add('s', 0, 1, undefined);
    inHand.add('s', 1, 2, two.promise);
    inHand.add('s', 2, 3, three.promise);
    inHand.add('s', 3, 9, undefined);
    inHand.add('t', 0, 1, undefined);
    expect([inHand.size, inHand.handled()]).toEqual([3, { s: 1 }]);
    three.resolve();
    await three.promise;
    expect(handled).toEqual([
      ['s', 1],
      ['t', 1],
    ]);
    two.resolve();
    await two.promise;
    expect(handled.at(-1)).toEqual(['s', 9]);
    expect([inHand.size, inHand.handled()]).toEqual([0, {}]);
  });

  it('forgets a stream, and what of it finishes later', async () => {
    const handled: unknown[] = [];
    const inHand = new InHand((...told) => handled.push(told));
    const old = new Deferred<void>();
    inHand.add('s', 0, 1, old.promise);
    inHand.forget('s');
    expect(inHand.size).toBe(0);
    inHand.add('s', 5, 6, new Promise(() => undefined));
    old.resolve();
    await old.promise;
    expect([handled, inHand.size, inHand.handled()]).toEqual([[], 1, { s: 5 }]);
  });

  it('never calls handled what is not, and all of it in the end, in whatever order things finish', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(), { maxLength: 12 }), async (order) => {
        const items = order.map(() => new Deferred<void>());
        const done = new Set<number>();
        const told: number[] = [];
        const inHand = new InHand((_, through) => {
          for (let seq = 1; seq <= through; seq += 1) expect(done.has(seq)).toBe(true);
          told.push(through);
        });
        for (const [index, { promise }] of items.entries()) inHand.add('s', index, index + 1, promise);
        const byChance = [...items.keys()].sort((a, b) => (order[a] ?? 0) - (order[b] ?? 0));
        for (const index of byChance) {
          done.add(index + 1);
          items[index]?.resolve();
          await items[index]?.promise;
        }
        expect(told).toEqual([...told].sort((a, b) => a - b));
        expect([told.at(-1) ?? 0, inHand.size]).toEqual([items.length, 0]);
      }),
    );
  });
});
