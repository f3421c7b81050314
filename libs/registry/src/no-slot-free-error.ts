import type { SlotCount } from './lease-store';

/** A server waited as long as it may, and every slot was leased by another. More slots (partitions) or fewer servers help. */
export class NoSlotFreeError extends Error {
  override readonly name = 'NoSlotFreeError';
  readonly code = 'no_slot_free';

  constructor(
    readonly count: SlotCount,
    readonly waitedMs: number,
  ) {
    super(
      `no slot free: ${String(count.leased)} of ${String(count.slots)} slots are leased by other servers, after waiting ${String(waitedMs)} ms`,
    );
  }
}
