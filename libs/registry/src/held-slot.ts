import { systemTimers, type Timers } from '@switchboard/database';
import { isSameLease, type Lease, type LeaseSource } from './lease';
import type { LeaseListener, ServerLease } from './server-lease';

const FOLLOW_RETRY_MS = 500;

/** What a process does about its slot. */
export interface SlotListener {
  /** Lets the events of a slot be read from now on; resolves once its readers are positioned. A rejection is tried again. */
  position(slot: number): Promise<void>;
  /** Another server had taken the slot; this one has another now, its readers are positioned, and the lease is shown. */
  slotChanged(lease: Lease): void | Promise<void>;
  /** The lease had lapsed, and was renewed as it was: others ignored this process for a while. */
  leaseRecovered(): void | Promise<void>;
  /** Something failed that is tried again. Must not throw. */
  slotFailed(error: unknown): void;
}

/**
 * A slot with readers: the lease of a process, shown to others only while the readers of its slot are positioned, since whoever sees it
 * sends events there.
 *
 *     start: lease a slot → position the readers → show the lease
 *     the lease lapsed, and was renewed as it was → leaseRecovered
 *     the slot was taken → hide the lease → lease anew → position the readers → show the new lease → slotChanged
 *     leave: position no more · hide: others send nothing new here · stop: give the slot back
 */
export class HeldSlot implements LeaseListener, LeaseSource {
  private shown: Lease | undefined;
  private listener: SlotListener | undefined;
  private isLeaving = false;

  constructor(
    private readonly lease: Pick<ServerLease, keyof ServerLease>,
    private readonly timers: Timers = systemTimers,
  ) {}

  /** The lease under which rows may be written; undefined while there is none, or its readers are not positioned. */
  get current(): Lease | undefined {
    return this.shown;
  }

  /** The slot, while its lease is held and its events are read. */
  get slot(): number | undefined {
    return this.lease.isHeld() ? this.shown?.slot : undefined;
  }

  /** What to add to Date.now() for the database's clock, in milliseconds. */
  get databaseOffsetMs(): number {
    return this.lease.databaseOffsetMs;
  }

  /**
   * Resolves with the lease once it is shown; with undefined if the process leaves before.
   * @throws NoSlotFreeError, or what the database said
   */
  async start(listener: SlotListener): Promise<Lease | undefined> {
    if (this.listener === undefined) this.lease.listen(this);
    this.listener = listener;
    const granted = await this.lease.start().catch((error: unknown) => {
      if (!this.isLeaving) throw error;
    });
    return granted !== undefined && (await this.show(granted)) ? granted : undefined;
  }

  async leaseChanged(lease: Lease): Promise<void> {
    this.hide();
    if (await this.show(lease)) await this.listener?.slotChanged(lease);
  }

  async leaseRecovered(): Promise<void> {
    await this.listener?.leaseRecovered();
  }

  leaseFailed(error: unknown): void {
    this.listener?.slotFailed(error);
  }

  /** Positions no readers from now on: the process is about to go. */
  leave(): void {
    this.isLeaving = true;
  }

  /** Shows the lease no longer; returns what was shown. */
  hide(): Lease | undefined {
    const { shown } = this;
    this.shown = undefined;
    return shown;
  }

  /** Gives the slot back. Never rejects. */
  async stop(): Promise<void> {
    this.leave();
    this.hide();
    await this.lease.stop();
  }

  /** False: the lease has been replaced by another one meanwhile, or the process leaves. */
  private async show(wanted: Lease): Promise<boolean> {
    while (this.isWanted(wanted)) {
      try {
        await this.listener?.position(wanted.slot);
        if (!this.isWanted(wanted)) return false;
        this.shown = wanted;
        return true;
      } catch (error) {
        this.listener?.slotFailed(new Error(`Slot ${String(wanted.slot)} cannot be read yet: ${String(error)}`, { cause: error }));
        await new Promise<void>((resolve) => this.timers.after(FOLLOW_RETRY_MS, resolve));
      }
    }
    return false;
  }

  private isWanted(lease: Lease): boolean {
    const { current } = this.lease;
    return !this.isLeaving && current !== undefined && isSameLease(current, lease);
  }
}
