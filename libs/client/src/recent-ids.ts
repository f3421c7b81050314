/**
 * The ids of the last messages, by which an ephemeral message that comes by two ways is recognised. Remembers `capacity` ids and forgets the
 * oldest first.
 */
export class RecentIds {
  readonly #capacity: number;
  // A Set iterates in the order of insertion, so its first element is the oldest.
  readonly #ids = new Set<string>();

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** Remembers `id`; false if it was seen just now. */
  add(id: string): boolean {
    if (this.#ids.has(id)) return false;
    this.#ids.add(id);
    if (this.#ids.size > this.#capacity) {
      for (const oldest of this.#ids) {
        this.#ids.delete(oldest);
        break;
      }
    }
    return true;
  }
}
