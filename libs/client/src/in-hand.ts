import type { StreamKey } from '@switchboard/protocol';

interface Item {
  /** The position before it. */
  readonly after: number;
  readonly through: number;
  isDone: boolean;
}

/**
 * What listeners have been given and have not finished with: messages and gaps, in the order in which they came. A stream is handled up to
 * the first item that is not done, whatever was finished out of order behind it. Holds as many items as it is given; whoever gives them
 * looks at `size`.
 */
export class InHand {
  // Only streams with items; the sets iterate in the order in which the items came.
  readonly #streams = new Map<StreamKey, Set<Item>>();
  readonly #onHandled: (stream: StreamKey, through: number) => void;
  #size = 0;

  /** `onHandled` is told whenever a stream is handled further. */
  constructor(onHandled: (stream: StreamKey, through: number) => void) {
    this.#onHandled = onHandled;
  }

  /** How many items are not done, or wait behind one that is not. */
  get size(): number {
    return this.#size;
  }

  /** Where each stream with items is handled to. */
  handled(): Record<StreamKey, number> {
    const handled: Record<StreamKey, number> = {};
    for (const [stream, items] of this.#streams) {
      for (const { after } of items) {
        handled[stream] = after;
        break;
      }
    }
    return handled;
  }

  /** A listener has `after` + 1 to `through`; `finished` settles when it is done with it, or is undefined if it is. Must not reject. */
  add(stream: StreamKey, after: number, through: number, finished: Promise<unknown> | undefined): void {
    let items = this.#streams.get(stream);
    if (!items && !finished) {
      this.#onHandled(stream, through);
      return;
    }
    items ??= new Set();
    this.#streams.set(stream, items);
    const item: Item = { after, through, isDone: !finished };
    items.add(item);
    this.#size += 1;
    void finished?.then(() => {
      item.isDone = true;
      if (this.#streams.get(stream) === items) this.#sweep(stream, items);
    });
  }

  /** The stream is no longer followed: what is in hand of it no longer matters. */
  forget(stream: StreamKey): void {
    this.#size -= this.#streams.get(stream)?.size ?? 0;
    this.#streams.delete(stream);
  }

  #sweep(stream: StreamKey, items: Set<Item>): void {
    let through: number | undefined;
    for (const item of items) {
      if (!item.isDone) break;
      items.delete(item);
      this.#size -= 1;
      through = item.through;
    }
    if (items.size === 0) this.#streams.delete(stream);
    if (through !== undefined) this.#onHandled(stream, through);
  }
}
