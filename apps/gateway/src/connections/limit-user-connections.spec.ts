import fc from 'fast-check';
import { decodeBusEvent } from '@switchboard/protocol/events';
import { type PlacedConnection } from '@switchboard/registry';
import { LimitUserConnections, type NewConnection } from './limit-user-connections';

const OWN_SLOT = 1;
const at = (slot: number, ...ids: string[]): PlacedConnection[] => ids.map((id) => ({ id, slot }));

function limited(policy: 'refuse' | 'replace', found: PlacedConnection[]) {
  const closed: string[] = [];
  const limit = new LimitUserConnections({
    most: 2,
    policy,
    connectionsOfUser: { first: () => Promise.resolve(found) },
    ownSlot: () => OWN_SLOT,
    closeHere: (id) => closed.push(`${id} here`),
    bus: {
      publish: (slot, bytes) => {
        const event = decodeBusEvent(bytes);
        if (event.kind === 'command' && event.command.name === 'close' && 'connection' in event.command.whose)
          closed.push(`${event.command.whose.connection} at ${String(slot)}, ${event.command.reason}`);
        return Promise.resolve();
      },
    },
    reached: () => undefined,
    hintLost: () => undefined,
  });
  const outcome = (connection: Omit<NewConnection, 'user'>): Promise<string> =>
    limit.check({ user: '42', ...connection }).then(
      () => 'stays',
      (error: unknown) => (error as { code: string }).code,
    );
  return { closed, outcome };
}

describe('LimitUserConnections', () => {
  it('leaves those alone who are within the limit', async () => {
    const { closed, outcome } = limited('refuse', at(1, 'old', 'new'));
    expect(await outcome({ id: 'new' })).toBe('stays');
    expect(closed).toEqual([]);
  });

  it('refuses the newest, or replaces the oldest wherever it is', async () => {
    const refusing = limited('refuse', [...at(2, 'oldest', 'old'), ...at(1, 'new')]);
    expect(await refusing.outcome({ id: 'new' })).toBe('too_many_connections');
    expect(refusing.closed).toEqual([]);
    const replacing = limited('replace', [...at(1, 'new', 'old', 'here'), ...at(2, 'oldest')]);
    expect(await replacing.outcome({ id: 'new' })).toBe('stays');
    expect(replacing.closed).toEqual(['here here', 'oldest at 2, replaced']);
  });

  it('does not count the connection that the new one replaces', async () => {
    const { closed, outcome } = limited('replace', at(1, 'new', 'old', 'moving'));
    expect(await outcome({ id: 'new', replaces: 'moving' })).toBe('stays');
    expect(closed).toEqual([]);
  });

  it('ends itself where newer ones have come meanwhile', async () => {
    const { outcome } = limited('replace', at(1, 'newest', 'newer', 'new'));
    expect(await outcome({ id: 'new' })).toBe('replaced');
  });

  it('does not refuse a connection that it does not see, since the lease of its own server has lapsed for a moment', async () => {
    expect(await limited('refuse', at(2, 'older', 'old', 'young')).outcome({ id: 'new' })).toBe('stays');
  });

  it('refuses one that comes after more than are looked at', async () => {
    const many = Array.from({ length: 102 }, (_, index) => `c${String(index)}`);
    expect(await limited('refuse', at(2, ...many)).outcome({ id: 'new' })).toBe('too_many_connections');
  });

  it.each(['refuse', 'replace'] as const)('keeps exactly as many as may be, in whatever order they commit and look: %s', async (policy) => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 3, max: 8 }), fc.infiniteStream(fc.nat()), async (count, randoms) => {
        const ranked = Array.from({ length: count }, (_, rank) => `c${String(rank)}`);
        const committed = new Set<string>();
        const alive = new Set<string>();
        const steps = ranked.flatMap((id) => [`commit ${id}`, `look ${id}`]);
        while (steps.length > 0) {
          const next = [...steps.keys()].filter(
            (index) => !steps.slice(0, index).some((step) => step.split(' ')[1] === steps[index]?.split(' ')[1]),
          );
          const [step = ''] = steps.splice(next[(randoms.next().value as number) % next.length] ?? 0, 1);
          const [verb, id = ''] = step.split(' ');
          if (verb === 'commit') {
            committed.add(id);
            alive.add(id);
            continue;
          }
          if (!alive.has(id)) continue;
          const found = ranked.filter((other) => alive.has(other) && committed.has(other));
          const { closed, outcome } = limited(policy, at(OWN_SLOT, ...found));
          if ((await outcome({ id })) !== 'stays') alive.delete(id);
          for (const line of closed) alive.delete(line.split(' ')[0] ?? '');
        }
        expect([...alive].sort()).toEqual(ranked.slice(0, 2));
      }),
      { numRuns: 200 },
    );
  });
});
