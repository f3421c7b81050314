import { FakeTimers } from '@switchboard/testing';
import { HeldSlot } from './held-slot';
import type { Lease } from './lease';
import type { LeaseListener } from './server-lease';

const FIRST = { slot: 1, epoch: 1 };
const SECOND = { slot: 2, epoch: 7 };

/** A lease that changes when the test says so. */
class ScriptedLease {
  current: Lease | undefined;
  isStopped = false;
  databaseOffsetMs = 0;
  listener: LeaseListener | undefined;

  isHeld(): boolean {
    return this.current !== undefined;
  }

  listen(listener: LeaseListener): void {
    this.listener = listener;
  }

  start(): Promise<Lease> {
    this.current = FIRST;
    return Promise.resolve(FIRST);
  }

  stop(): Promise<void> {
    this.isStopped = true;
    this.current = undefined;
    return Promise.resolve();
  }

  async change(lease: Lease): Promise<void> {
    this.current = lease;
    await this.listener?.leaseChanged(lease);
  }
}

function setUp() {
  const timers = new FakeTimers();
  const lease = new ScriptedLease();
  const slot = new HeldSlot(lease, timers);
  const heard: string[] = [];
  /** What becomes of the next tries to position readers; without any, they succeed. */
  const tries: Promise<void>[] = [];
  const listener = {
    position: (wanted: number): Promise<void> => {
      heard.push(`position ${String(wanted)}, shown ${String(slot.current?.slot)}`);
      return tries.shift() ?? Promise.resolve();
    },
    slotChanged: ({ slot: changed }: Lease) => void heard.push(`changed to ${String(changed)}, shown ${String(slot.current?.slot)}`),
    leaseRecovered: () => void heard.push('recovered'),
    slotFailed: (error: unknown) => void heard.push(String(error)),
  };
  return { timers, lease, slot, heard, tries, listener };
}

describe('HeldSlot', () => {
  it('shows its lease once the readers are positioned', async () => {
    const { slot, heard, listener } = setUp();
    await expect(slot.start(listener)).resolves.toEqual(FIRST);
    expect(heard).toEqual(['position 1, shown undefined']);
    expect([slot.current, slot.slot]).toEqual([FIRST, 1]);
  });

  it('goes on trying to position them, and says why that failed', async () => {
    const { slot, heard, listener, tries, timers } = setUp();
    tries.push(Promise.reject(new Error('no broker')));
    const started = slot.start(listener);
    await timers.advance(499);
    expect([slot.current, heard.length]).toEqual([undefined, 2]);
    expect(heard[1]).toContain('no broker');
    await timers.advance(1);
    await expect(started).resolves.toEqual(FIRST);
  });

  it('hides a slot that was taken until the readers of the next one are positioned', async () => {
    const { slot, heard, listener, lease } = setUp();
    await slot.start(listener);
    await lease.change(SECOND);
    expect(heard.slice(1)).toEqual(['position 2, shown undefined', 'changed to 2, shown 2']);
  });

  it('says nothing of a slot that was taken again while its readers were being positioned', async () => {
    const { slot, heard, listener, lease, tries } = setUp();
    let positioned = (): void => undefined;
    tries.push(Promise.resolve(), new Promise((resolve) => (positioned = resolve)));
    await slot.start(listener);
    const change = lease.change(SECOND);
    lease.current = { slot: 3, epoch: 1 };
    positioned();
    await change;
    expect(slot.current).toBeUndefined();
    expect(heard).toEqual(['position 1, shown undefined', 'position 2, shown undefined']);
  });

  it('has no slot while its lease has lapsed, though rows may be written under it', async () => {
    const { slot, listener, lease } = setUp();
    await slot.start(listener);
    jest.spyOn(lease, 'isHeld').mockReturnValue(false);
    expect([slot.current, slot.slot]).toEqual([FIRST, undefined]);
  });

  it('gives up positioning when it leaves, and gives the slot back when it stops', async () => {
    const { slot, listener, lease, tries, timers } = setUp();
    tries.push(Promise.reject(new Error('no broker')));
    const started = slot.start(listener);
    await timers.advance(1);
    slot.leave();
    await timers.advance(10_000);
    await expect(started).resolves.toBeUndefined();
    await slot.stop();
    expect([slot.current, lease.isStopped]).toEqual([undefined, true]);
  });
});
