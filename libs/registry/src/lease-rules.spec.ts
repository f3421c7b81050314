import fc from 'fast-check';
import { afterAttempt, afterTime, leaseless, type LeaseRules, type LeaseState } from './lease-rules';
import { SimulatedLeaseTable, SimulatedServer } from './testing/simulated-leases';

const LEASE_MS = 9_000;
const rules: LeaseRules = { leaseMs: LEASE_MS, random: () => 1 };
const lease = { slot: 3, epoch: 7 };
const heldSince = (sentAtMs: number): LeaseState =>
  afterAttempt(leaseless(0), { kind: 'acquired', lease, sentAtMs }, sentAtMs, rules).state;

describe('Lease rules', () => {
  it('count a lease from before its statement was sent', () => {
    const { state } = afterAttempt(leaseless(0), { kind: 'acquired', lease, sentAtMs: 1_000 }, 4_000, rules);
    expect(afterTime(state, 9_999).status).toBe('held');
    expect(afterTime(state, 10_000).status).toBe('lapsed');
  });

  it('renew every third of a lease', () => {
    expect(heldSince(1_000).nextAtMs).toBe(4_000);
  });

  it('renew at once when the answer came late', () => {
    const { state } = afterAttempt(leaseless(0), { kind: 'acquired', lease, sentAtMs: 0 }, 20_000, rules);
    expect(state).toMatchObject({ status: 'lapsed', nextAtMs: 20_000 });
  });

  it('try again with backoff, at least every third of a lease', () => {
    let state = heldSince(0);
    const delaysMs: number[] = [];
    for (let nowMs = 3_000; delaysMs.length < 8; nowMs = state.nextAtMs) {
      state = afterAttempt(state, { kind: 'failed' }, nowMs, rules).state;
      delaysMs.push(state.nextAtMs - nowMs);
    }
    expect(delaysMs).toEqual([180, 360, 720, 1_440, 2_880, 3_000, 3_000, 3_000]);
    expect(state.status).toBe('lapsed');
  });

  it('tell the owner of a lease that had lapsed, by either clock', () => {
    const late = afterAttempt(heldSince(0), { kind: 'renewed', sentAtMs: 9_500, hadLapsed: false }, 9_600, rules);
    const lateThere = afterAttempt(heldSince(0), { kind: 'renewed', sentAtMs: 3_000, hadLapsed: true }, 3_100, rules);
    const inTime = afterAttempt(heldSince(0), { kind: 'renewed', sentAtMs: 3_000, hadLapsed: false }, 3_100, rules);
    expect([late.change, lateThere.change, inTime.change]).toEqual(['recovered', 'recovered', undefined]);
    expect(late.state).toMatchObject({ status: 'held', lease });
  });

  it('acquire at once when the slot was taken', () => {
    expect(afterAttempt(heldSince(0), { kind: 'taken' }, 3_100, rules)).toEqual({
      state: { status: 'leaseless', failures: 0, nextAtMs: 3_100 },
      change: 'taken',
    });
  });
});

describe('Servers that follow the lease rules', () => {
  const operations = fc.array(
    fc.oneof(
      { weight: 2, arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 3 * LEASE_MS }) }) },
      { weight: 2, arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 1_000 }) }) },
      { weight: 12, arbitrary: fc.record({ kind: fc.constant('step' as const), server: fc.nat(3), isLost: fc.boolean() }) },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant('fence' as const) }) },
    ),
    { maxLength: 150 },
  );
  const setup = fc.record({
    slots: fc.integer({ min: 1, max: 4 }),
    offsetsMs: fc.array(fc.integer({ min: -1e7, max: 1e7 }), { minLength: 4, maxLength: 4 }),
  });

  it('never hold a lease that the table does not have, and never one that another holds', () => {
    fc.assert(
      fc.property(setup, operations, ({ slots, offsetsMs }, todo) => {
        const table = new SimulatedLeaseTable(slots, LEASE_MS);
        const servers = offsetsMs.map((offsetMs, index) => new SimulatedServer(`server ${String(index)}`, table, offsetMs));
        const faults: string[] = [];
        for (const operation of todo) {
          if (operation.kind === 'wait') table.nowMs += operation.ms;
          else if (operation.kind === 'fence') table.fence();
          else servers[operation.server]?.step(operation.isLost);
          for (const server of servers) {
            if (server.isHeld && !(server.lease !== undefined && table.isAlive(server.lease, server.id)))
              faults.push(`${server.id} holds nothing`);
          }
          const leases = servers.flatMap(({ lease: claimed }) =>
            claimed === undefined ? [] : [`${String(claimed.slot)}/${String(claimed.epoch)}`],
          );
          if (new Set(leases).size < leases.length) faults.push(`two servers claim one of ${leases.join()}`);
        }
        expect(faults).toEqual([]);
      }),
      { numRuns: 2_000 },
    );
  });

  it('find out what happened once they run again, and share the slots', () => {
    fc.assert(
      fc.property(setup, operations, ({ slots, offsetsMs }, todo) => {
        const table = new SimulatedLeaseTable(slots, LEASE_MS);
        const servers = offsetsMs.map((offsetMs, index) => new SimulatedServer(`server ${String(index)}`, table, offsetMs));
        for (const operation of todo) {
          if (operation.kind === 'wait') table.nowMs += operation.ms;
          else if (operation.kind === 'fence') table.fence();
          else servers[operation.server]?.step(operation.isLost);
        }
        for (let elapsedMs = 0; elapsedMs < 5 * LEASE_MS; elapsedMs += 100) {
          table.nowMs += 100;
          for (const server of servers) for (let leg = 0; leg < 3; leg += 1) server.step(false);
        }
        const held = servers.filter(({ isHeld }) => isHeld);
        expect(held).toHaveLength(Math.min(slots, servers.length));
        expect(servers.filter(({ lease: claimed }) => claimed !== undefined)).toEqual(held);
      }),
      { numRuns: 1_000 },
    );
  });
});
