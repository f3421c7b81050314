import { FakeTimers } from '@switchboard/testing';
import type { Lease } from './lease';
import type { GrantedLease, OwnedLease, Renewal } from './lease-store';
import { NoSlotFreeError } from './no-slot-free-error';
import { ServerLease } from './server-lease';

const LEASE_MS = 9_000;

/** A lease store that answers as a test says, each time after `answerMs`. */
class ScriptedStore {
  readonly calls: string[] = [];
  readonly released: OwnedLease[] = [];
  answerMs = 10;
  underWay = 0;
  mostUnderWay = 0;
  acquire = (): Promise<GrantedLease | undefined> => this.answer('acquire', () => ({ slot: 1, epoch: 1, databaseTimeMs: 5_000 }));
  renew = (): Promise<Renewal> => this.answer('renew', () => ({ outcome: 'renewed', hadLapsed: false, databaseTimeMs: 5_000 }));

  constructor(private readonly timers: FakeTimers) {}

  release(lease: OwnedLease): Promise<void> {
    this.released.push(lease);
    return Promise.resolve();
  }

  count(): Promise<{ slots: number; leased: number }> {
    return Promise.resolve({ slots: 4, leased: 4 });
  }

  async answer<Answer>(call: string, give: () => Answer): Promise<Answer> {
    this.calls.push(`${call} ${String(this.timers.nowMs())}`);
    this.underWay += 1;
    this.mostUnderWay = Math.max(this.mostUnderWay, this.underWay);
    await new Promise<void>((resolve) => this.timers.after(this.answerMs, resolve));
    this.underWay -= 1;
    return give();
  }
}

function setUp(waitMs = 60_000) {
  const timers = new FakeTimers();
  const store = new ScriptedStore(timers);
  const lease = new ServerLease(store, {
    serverId: 'one',
    role: 'gateway',
    maxSlot: 4,
    leaseMs: LEASE_MS,
    waitMs,
    timers,
    random: () => 1,
  });
  const heard: unknown[] = [];
  lease.listen({
    leaseChanged: (changed: Lease) => void heard.push(changed),
    leaseRecovered: () => void heard.push('recovered'),
    leaseFailed: (error) => heard.push(error),
  });
  const start = async (): Promise<void> => {
    const started = lease.start();
    await timers.advance(store.answerMs);
    await started;
  };
  return { timers, store, lease, heard, start };
}

const away = (): never => {
  throw new Error('away');
};

describe('ServerLease', () => {
  it('renews every third of a lease, and holds on', async () => {
    const { timers, store, lease, heard, start } = setUp();
    await start();
    await timers.advance(3 * LEASE_MS);
    expect(store.calls.slice(0, 4)).toEqual(['acquire 0', 'renew 3000', 'renew 6000', 'renew 9000']);
    expect(lease.isHeld()).toBe(true);
    expect(lease.current).toEqual({ slot: 1, epoch: 1 });
    expect(heard).toEqual([]);
  });

  it('knows how far the clock of the database is ahead', async () => {
    const { lease, store, start } = setUp();
    store.acquire = () => store.answer('acquire', () => ({ slot: 1, epoch: 1, databaseTimeMs: Date.now() + 60_000 }));
    await start();
    expect(Math.abs(lease.databaseOffsetMs - 60_000)).toBeLessThan(1_000);
  });

  it('waits for a free slot, then says how many there are', async () => {
    const { timers, store, lease } = setUp(5_000);
    store.acquire = () => store.answer('acquire', () => undefined);
    const outcome = lease.start().catch((error: unknown) => error);
    await timers.advance(5_100);
    const error = await outcome;
    expect(error).toBeInstanceOf(NoSlotFreeError);
    expect((error as Error).message).toMatch('no slot free: 4 of 4 slots are leased by other servers, after waiting 5');
    expect(store.calls.length).toBeGreaterThan(3);
  });

  it('takes a slot that becomes free while it waits', async () => {
    const { timers, store, lease } = setUp();
    store.acquire = () => store.answer('acquire', () => (timers.nowMs() > 4_000 ? { slot: 2, epoch: 5, databaseTimeMs: 0 } : undefined));
    const outcome = lease.start();
    await timers.advance(10_000);
    await expect(outcome).resolves.toEqual({ slot: 2, epoch: 5 });
  });

  it('says what is wrong with the database when it starts without one', async () => {
    const { timers, store, lease } = setUp(1_000);
    store.acquire = () => store.answer('acquire', away);
    const outcome = lease.start().catch(String);
    await timers.advance(2_000);
    await expect(outcome).resolves.toMatch('away');
  });

  it('lapses without the database, keeps its slot in mind, and says when it has it again', async () => {
    const { timers, store, lease, heard, start } = setUp();
    await start();
    const { renew } = store;
    store.renew = () => store.answer('renew', away);
    await timers.advance(2 * LEASE_MS);
    expect(lease.isHeld()).toBe(false);
    expect(lease.current).toEqual({ slot: 1, epoch: 1 });
    store.renew = renew;
    await timers.advance(LEASE_MS);
    expect(lease.isHeld()).toBe(true);
    expect(heard.at(-1)).toBe('recovered');
    expect(heard.filter((what) => what === 'recovered')).toHaveLength(1);
  });

  it('leases anew when its slot was taken', async () => {
    const { timers, store, lease, heard, start } = setUp();
    await start();
    const { renew } = store;
    store.renew = () => store.answer('renew', () => ({ outcome: 'taken' }));
    store.acquire = () => store.answer('acquire', () => ({ slot: 3, epoch: 8, databaseTimeMs: 0 }));
    await timers.advance(3_005);
    store.renew = renew;
    await timers.advance(100);
    expect(heard).toEqual([{ slot: 3, epoch: 8 }]);
    expect(lease.current).toEqual({ slot: 3, epoch: 8 });
    await timers.advance(LEASE_MS);
    expect(lease.isHeld()).toBe(true);
  });

  it('never has two statements under way, however slow the database is', async () => {
    const { timers, store, start } = setUp();
    await start();
    store.answerMs = 20_000;
    await timers.advance(100_000);
    expect(store.mostUnderWay).toBe(1);
  });

  it('goes on renewing when a listener fails', async () => {
    const { timers, store, lease, heard, start } = setUp();
    await start();
    lease.listen({ leaseChanged: away, leaseRecovered: () => Promise.reject(new Error('no sweep')), leaseFailed: () => undefined });
    store.renew = () => store.answer('renew', () => ({ outcome: 'renewed', hadLapsed: true, databaseTimeMs: 0 }));
    await timers.advance(7_000);
    expect(store.calls).toEqual(['acquire 0', 'renew 3000', 'renew 6000']);
    expect(heard.filter((what) => what instanceof Error)).toHaveLength(2);
  });

  it('waits for the statement under way when it stops, then gives the slot back', async () => {
    const { timers, store, lease, start } = setUp();
    await start();
    await timers.advance(2_995);
    const stopped = lease.stop();
    await timers.advance(10);
    await stopped;
    expect(store.released).toEqual([{ slot: 1, epoch: 1, serverId: 'one' }]);
    expect(lease.current).toBeUndefined();
    expect(timers.pending).toBe(0);
  });

  it('can be stopped while it waits for a slot', async () => {
    const { timers, store, lease } = setUp();
    store.acquire = () => store.answer('acquire', () => undefined);
    const outcome = lease.start().catch(String);
    await timers.advance(50);
    await lease.stop();
    await expect(outcome).resolves.toMatch('stopped');
    expect(timers.pending).toBe(0);
  });
});
