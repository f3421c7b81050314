import { TestRegistry } from './testing/test-registry';

describe('LeaseStore', () => {
  let registry: TestRegistry;
  const leaseMs = 60_000;

  beforeAll(async () => {
    registry = await TestRegistry.create();
  });
  beforeEach(() => registry.clear());
  afterAll(() => registry.close());

  it('gives servers that come at once different slots, and none to those that are too many', async () => {
    const granted = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        registry.store.acquire({ serverId: `server ${String(index)}`, role: 'gateway', maxSlot: 8, leaseMs }),
      ),
    );
    const slots = granted.flatMap((lease) => (lease === undefined ? [] : [lease.slot]));
    expect(slots.sort((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    await expect(registry.store.count(8)).resolves.toEqual({ slots: 8, leased: 8 });
  });

  it('makes the rows of slots that the bus has gained, and leaves those alone that it does not have', async () => {
    await expect(registry.store.acquire({ serverId: 'one', role: 'gateway', maxSlot: 1, leaseMs })).resolves.toMatchObject({ slot: 1 });
    await expect(registry.store.acquire({ serverId: 'two', role: 'gateway', maxSlot: 1, leaseMs })).resolves.toBeUndefined();
    await expect(registry.store.acquire({ serverId: 'two', role: 'gateway', maxSlot: 2, leaseMs })).resolves.toMatchObject({ slot: 2 });
    await expect(registry.store.count(1)).resolves.toEqual({ slots: 1, leased: 1 });
  });

  it('gives a slot whose lease is over to the next server, with a new epoch, and the former owner finds out', async () => {
    const lease = await registry.lease('former', 1);
    await registry.lapse(lease);
    const next = await registry.lease('next', 1);
    expect(next).toEqual({ slot: lease.slot, epoch: lease.epoch + 1 });
    await expect(registry.store.renew({ ...lease, serverId: 'former', leaseMs })).resolves.toEqual({ outcome: 'taken' });
    await registry.store.release({ ...lease, serverId: 'former' });
    await expect(registry.store.renew({ ...next, serverId: 'next', leaseMs })).resolves.toMatchObject({ outcome: 'renewed' });
  });

  it('takes the slot first whose lease ended longest ago', async () => {
    const [one, two, three] = [await registry.lease('one', 3), await registry.lease('two', 3), await registry.lease('three', 3)];
    await registry.lapse(one, 1_000);
    await registry.lapse(two, 3_000);
    await registry.lapse(three, 2_000);
    await expect(registry.lease('next', 3)).resolves.toMatchObject({ slot: two.slot });
  });

  it('renews a lease that is over as it is while nobody has taken it, and says so', async () => {
    const lease = await registry.lease('one');
    await expect(registry.store.renew({ ...lease, serverId: 'one', leaseMs })).resolves.toMatchObject({ hadLapsed: false });
    await registry.lapse(lease);
    await expect(registry.store.renew({ ...lease, serverId: 'one', leaseMs })).resolves.toMatchObject({ hadLapsed: true });
    await expect(registry.store.renew({ ...lease, serverId: 'one', leaseMs })).resolves.toMatchObject({ hadLapsed: false });
  });

  it('renews for nobody but the owner', async () => {
    const lease = await registry.lease('one');
    await expect(registry.store.renew({ ...lease, serverId: 'other', leaseMs })).resolves.toEqual({ outcome: 'taken' });
    await expect(registry.store.renew({ slot: lease.slot, epoch: lease.epoch + 1, serverId: 'one', leaseMs })).resolves.toEqual({
      outcome: 'taken',
    });
  });

  it('has a slot free at once that was given back, and its epoch never comes again', async () => {
    const lease = await registry.lease('one', 1);
    await registry.store.release({ ...lease, serverId: 'one' });
    const next = await registry.lease('two', 1);
    expect(next.epoch).toBeGreaterThan(lease.epoch);
    await expect(registry.store.renew({ ...lease, serverId: 'one', leaseMs })).resolves.toEqual({ outcome: 'taken' });
  });

  it('tells the time of the database', async () => {
    const granted = await registry.store.acquire({ serverId: 'one', role: 'gateway', maxSlot: 1, leaseMs });
    expect(Math.abs((granted?.databaseTimeMs ?? 0) - Date.now())).toBeLessThan(5_000);
  });
});
