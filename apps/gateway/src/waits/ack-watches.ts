/** Hears that a message was acknowledged, by which device. */
export type AckListener = (device: string | undefined) => void;

interface Watch {
  readonly seq: number;
  readonly listener: AckListener;
}

/** Who waits until a message of which user is acknowledged. */
export class AckWatches {
  private readonly byUser = new Map<string, Set<Watch>>();

  /** Calls `listener` once, when the user acknowledges `seq` or beyond it; what is returned prevents it. */
  add(user: string, seq: number, listener: AckListener): () => void {
    const watch = { seq, listener };
    const watches = this.byUser.get(user) ?? new Set();
    this.byUser.set(user, watches.add(watch));
    return () => {
      this.remove(user, watch);
    };
  }

  /** A user has acknowledged all up to `seq`. */
  acknowledged(user: string, seq: number, device: string | undefined): void {
    for (const watch of this.byUser.get(user) ?? []) {
      if (watch.seq > seq) continue;
      this.remove(user, watch);
      watch.listener(device);
    }
  }

  private remove(user: string, watch: Watch): void {
    const watches = this.byUser.get(user);
    if (watches?.delete(watch) === true && watches.size === 0) this.byUser.delete(user);
  }
}
