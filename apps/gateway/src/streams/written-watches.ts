import { type Subscription } from './subscription';

/** Hears that a message was written to a subscription. */
export type WrittenListener = (subscription: Subscription) => void;

/** Who is to hear when certain messages of one stream are written. */
export class WrittenWatches {
  private readonly listeners = new Map<number, Set<WrittenListener>>();

  get isEmpty(): boolean {
    return this.listeners.size === 0;
  }

  /** Adds a listener for the message `seq`. */
  add(seq: number, listener: WrittenListener): void {
    const others = this.listeners.get(seq);
    if (others === undefined) this.listeners.set(seq, new Set([listener]));
    else others.add(listener);
  }

  /** Takes it out again. */
  remove(seq: number, listener: WrittenListener): void {
    const others = this.listeners.get(seq);
    if (others?.delete(listener) === true && others.size === 0) this.listeners.delete(seq);
  }

  /** The message `seq` was written: whoever waits for it hears so, once. */
  written(seq: number, subscription: Subscription): void {
    const listeners = this.listeners.get(seq);
    if (listeners === undefined) return;
    this.listeners.delete(seq);
    for (const listener of listeners) listener(subscription);
  }
}
