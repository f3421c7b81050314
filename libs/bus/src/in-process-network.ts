import { type SlotQueue } from './slot-queue';

/** Joins the in-process buses of several servers that share one process, as a broker would join them. */
export class InProcessNetwork {
  private readonly followers = new Map<number, Set<SlotQueue>>();

  /** Adds a follower to a slot; returns what takes it out again. */
  join(slot: number, queue: SlotQueue): () => void {
    const queues = this.followers.get(slot) ?? new Set();
    this.followers.set(slot, queues.add(queue));
    return () => queues.delete(queue);
  }

  /** Queues an event for every follower of a slot; false if one of them had no room and missed it. */
  deliver(slot: number, event: Buffer): boolean {
    let hasRoom = true;
    for (const queue of this.followers.get(slot) ?? []) hasRoom = queue.offer(event) && hasRoom;
    return hasRoom;
  }
}
