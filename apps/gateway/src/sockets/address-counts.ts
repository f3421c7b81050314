/** Counts the sockets of each address. */
export class AddressCounts {
  private readonly counts = new Map<string, number>();

  /** How many sockets an address has. */
  of(address: string): number {
    return this.counts.get(address) ?? 0;
  }

  /** One more. */
  add(address: string): void {
    this.counts.set(address, this.of(address) + 1);
  }

  /** One less. */
  remove(address: string): void {
    const count = this.of(address) - 1;
    if (count > 0) this.counts.set(address, count);
    else this.counts.delete(address);
  }
}
