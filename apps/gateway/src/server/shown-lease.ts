import { type Lease, type LeaseSource } from '@switchboard/registry';

/** The lease under which rows may be written: shown only while the readers of its slot are positioned, since rows invite events. */
export class ShownLease implements LeaseSource {
  private lease: Lease | undefined;

  get current(): Lease | undefined {
    return this.lease;
  }

  /** The readers of the slot are positioned. */
  show(lease: Lease): void {
    this.lease = lease;
  }

  /** The slot belongs to somebody else by now. */
  hide(): void {
    this.lease = undefined;
  }
}
