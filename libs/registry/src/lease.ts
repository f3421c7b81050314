/** A slot, and the epoch with which a server leases it. Both together are leased once and never again. */
export interface Lease {
  readonly slot: number;
  readonly epoch: number;
}

/** Tells under which lease this server writes its rows. */
export interface LeaseSource {
  /**
   * Undefined while there is none. A lease may be shown only once the readers of its slot are positioned: as soon as a row carries the
   * slot, others send events there.
   */
  readonly current: Lease | undefined;
}

/** Whether both are one and the same lease. */
export function isSameLease(one: Lease, other: Lease): boolean {
  return one.slot === other.slot && one.epoch === other.epoch;
}

/** This server has no lease (any more), so a row cannot be written; under the next one it can. */
export class LeaseLostError extends Error {
  override readonly name = 'LeaseLostError';

  constructor(lost?: Lease) {
    super(lost === undefined ? 'no slot is leased' : `slot ${String(lost.slot)} is no longer leased with epoch ${String(lost.epoch)}`);
  }
}
