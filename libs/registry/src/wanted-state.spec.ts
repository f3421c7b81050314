import fc from 'fast-check';
import { WantedState, type WishOutcome } from './wanted-state';

type Value = 'here' | 'elsewhere' | undefined;

interface Wish {
  readonly key: string;
  readonly value: Value;
  readonly outcomes: (WishOutcome | 'refused')[];
}

/** Wishes for a few keys, carried out on a simulated table. */
class Simulation {
  readonly wanted = new WantedState<string, Value>();
  readonly recorded = new Map<string, Value>();
  readonly wishes: Wish[] = [];
  readonly faults: string[] = [];
  private readonly underWay = new Map<string, Value>();

  want(key: string, value: Value): void {
    const wish: Wish = { key, value, outcomes: [] };
    this.wishes.push(wish);
    this.wanted.want(key, value, {
      settle: (outcome) => {
        if (outcome === 'applied' && this.recorded.get(key) !== value) this.faults.push(`${key} was not recorded`);
        wish.outcomes.push(outcome);
      },
      fail: () => wish.outcomes.push('refused'),
    });
  }

  take(max: number): void {
    for (const { key, value } of this.wanted.take(max)) {
      if (this.underWay.has(key)) this.faults.push(`${key} was under way twice`);
      this.underWay.set(key, value);
    }
  }

  /** Ends the operation of one key that is under way; `retry` may have been recorded or not. */
  land(which: number, how: 'applied' | 'retry' | 'retry after all' | 'refused'): void {
    const [key, value] = [...this.underWay][which % Math.max(1, this.underWay.size)] ?? [];
    if (key === undefined) return;
    this.underWay.delete(key);
    if (how === 'applied' || how === 'retry after all') this.recorded.set(key, value);
    if (how === 'applied') this.wanted.applied(key);
    else if (how === 'refused') this.wanted.refused(key, new Error('refused'));
    else this.wanted.retry(key);
  }

  drain(): void {
    while (this.wanted.pending > 0) {
      this.take(10);
      this.land(0, 'applied');
    }
  }
}

const wish = fc.record({
  kind: fc.constant('want' as const),
  key: fc.constantFrom('a', 'b', 'c'),
  value: fc.constantFrom<Value[]>('here', 'elsewhere', undefined),
});
const take = fc.record({ kind: fc.constant('take' as const), max: fc.integer({ min: 1, max: 3 }) });
const landing = (...how: ('applied' | 'retry' | 'retry after all' | 'refused')[]) =>
  fc.record({ kind: fc.constant('land' as const), which: fc.nat(2), how: fc.constantFrom(...how) });

function run(
  operations: readonly (
    | { kind: 'want'; key: string; value: Value }
    | { kind: 'take'; max: number }
    | { kind: 'land'; which: number; how: 'applied' | 'retry' | 'retry after all' | 'refused' }
  )[],
): Simulation {
  const simulation = new Simulation();
  for (const operation of operations) {
    if (operation.kind === 'want') simulation.want(operation.key, operation.value);
    else if (operation.kind === 'take') simulation.take(operation.max);
    else simulation.land(operation.which, operation.how);
  }
  simulation.drain();
  return simulation;
}

describe('WantedState', () => {
  it('ends with the last wanted value of each key recorded, one operation per key at a time', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(wish, take, landing('applied', 'retry', 'retry after all')), { maxLength: 60 }), (operations) => {
        const { recorded, wishes, faults } = run(operations);
        expect(faults).toEqual([]);
        const last = new Map(wishes.map(({ key, value }) => [key, value]));
        expect(recorded).toEqual(last);
      }),
      { numRuns: 2_000 },
    );
  });

  it('settles every wish once; the last one of a key is applied or refused', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(wish, take, landing('applied', 'retry', 'refused')), { maxLength: 60 }), (operations) => {
        const { wishes } = run(operations);
        expect(wishes.filter(({ outcomes }) => outcomes.length !== 1)).toEqual([]);
        const last = new Map(wishes.map(({ key, outcomes }) => [key, outcomes[0]]));
        expect([...last.values()]).not.toContain('superseded');
      }),
      { numRuns: 2_000 },
    );
  });

  it('skips what was wanted in between', () => {
    const simulation = new Simulation();
    simulation.want('a', 'here');
    simulation.take(1);
    simulation.want('a', undefined);
    simulation.want('a', 'here');
    simulation.land(0, 'applied');
    expect(simulation.wanted.pending).toBe(0);
    expect(simulation.wishes.map(({ outcomes }) => outcomes)).toEqual([['applied'], ['superseded'], ['applied']]);
  });

  it('gives the oldest wishes first', () => {
    const wanted = new WantedState<number, true>();
    const waiter = { settle: () => undefined, fail: () => undefined };
    for (const key of [3, 1, 2]) wanted.want(key, true, waiter);
    expect(wanted.take(2).map(({ key }) => key)).toEqual([3, 1]);
    expect(wanted.take(2).map(({ key }) => key)).toEqual([2]);
  });
});
