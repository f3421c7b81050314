import { randomUUID } from 'node:crypto';
import { ConnectionRegistry } from './connection-registry';
import type { Lease } from './lease';
import { LeaseStore } from './lease-store';
import { NoSlotFreeError } from './no-slot-free-error';
import { ServerLease } from './server-lease';
import { ServerLookup } from './server-lookup';
import { TestConnection, TestRegistry } from './testing/test-registry';

/** Renewed every 300 ms; long enough that a slow machine does not lose it. */
const LEASE_MS = 900;

describe('A server and its lease', () => {
  let registry: TestRegistry;
  let hot: TestConnection;
  let lease: ServerLease;

  beforeAll(async () => {
    registry = await TestRegistry.create();
  });
  beforeEach(async () => {
    await registry.clear();
    hot = new TestConnection(registry.hot);
    lease = new ServerLease(new LeaseStore(hot), { serverId: 'one', role: 'gateway', maxSlot: 2, leaseMs: LEASE_MS, waitMs: 10_000 });
  });
  afterEach(() => lease.stop());
  afterAll(() => registry.close());

  const changed = (): Promise<Lease> =>
    new Promise((resolve) => {
      lease.listen({ leaseChanged: resolve, leaseRecovered: () => undefined, leaseFailed: () => undefined });
    });
  const recovered = (): Promise<void> =>
    new Promise((resolve) => {
      lease.listen({ leaseChanged: () => undefined, leaseRecovered: resolve, leaseFailed: () => undefined });
    });

  it('leases anew when its slot was taken, and is found again once it has registered again', async () => {
    const first = await lease.start();
    const settings = { registrationTimeoutMs: 5_000, registryMaxBatch: 100, registryLingerMs: 1, registryMaxPending: 1_000 };
    const rows = new ConnectionRegistry(registry.hot, settings, lease);
    const lookup = new ServerLookup(registry.hot, { lookupMaxBatch: 10, lookupLingerMs: 0, lookupMaxQueued: 100 });
    const connection = { id: randomUUID(), user: '42' };
    await rows.register(connection);
    await expect(lookup.slotsOf('user:42')).resolves.toEqual([first.slot]);

    const change = changed();
    await registry.take(first, 'other');
    await expect(lookup.slotsOf('user:42')).resolves.toEqual([]);
    const second = await change;
    expect(second).not.toEqual(first);
    expect(lease.current).toEqual(second);
    await rows.registerAll([connection], []);
    await expect(lookup.slotsOf('user:42')).resolves.toEqual([second.slot]);
    rows.close();
  });

  it('keeps its slot over an outage in which nobody took it, and says that it was over', async () => {
    const before = await lease.start();
    const recovery = recovered();
    hot.isCut = true;
    while (lease.isHeld()) await new Promise((resolve) => setTimeout(resolve, 20));
    hot.isCut = false;
    await recovery;
    expect(lease.isHeld()).toBe(true);
    expect(lease.current).toEqual(before);
  });

  it('waits for a slot that a dead server still leases', async () => {
    await registry.store.acquire({ serverId: 'dead', role: 'gateway', maxSlot: 2, leaseMs: 500 });
    await registry.lease('alive', 2);
    await expect(lease.start()).resolves.toEqual({ slot: 1, epoch: 2 });
  });

  it('says how many slots there are when none becomes free', async () => {
    await Promise.all([registry.lease('a', 2), registry.lease('b', 2)]);
    const late = new ServerLease(registry.store, { serverId: 'late', role: 'gateway', maxSlot: 2, leaseMs: LEASE_MS, waitMs: 100 });
    await expect(late.start()).rejects.toThrow(NoSlotFreeError);
    await expect(late.start()).rejects.toMatchObject({ code: 'no_slot_free', count: { slots: 2, leased: 2 } });
  });

  it('gives its slot back when it stops, so that the next server need not wait', async () => {
    const { slot, epoch } = await lease.start();
    await lease.stop();
    await expect(registry.store.acquire({ serverId: 'next', role: 'gateway', maxSlot: 2, leaseMs: LEASE_MS })).resolves.toMatchObject({
      slot,
      epoch: epoch + 2,
    });
  });
});
