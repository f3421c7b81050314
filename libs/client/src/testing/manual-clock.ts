import type { Clock, TimerHandle } from '../clock';

/** A clock that moves when the test says so. */
export class ManualClock implements Clock {
  #nowMs = 0;
  #lastHandle = 0;
  readonly #timers = new Map<number, { readonly atMs: number; readonly run: () => void }>();

  nowMs(): number {
    return this.#nowMs;
  }

  setTimer(run: () => void, afterMs: number): TimerHandle {
    this.#lastHandle += 1;
    this.#timers.set(this.#lastHandle, { atMs: this.#nowMs + afterMs, run });
    return this.#lastHandle as unknown as TimerHandle;
  }

  clearTimer(handle: TimerHandle): void {
    this.#timers.delete(handle as unknown as number);
  }

  /** Moves on, running what is due in its order. */
  async pass(ms: number): Promise<void> {
    const endMs = this.#nowMs + ms;
    for (;;) {
      const [due] = [...this.#timers].filter(([, { atMs }]) => atMs <= endMs).sort(([, a], [, b]) => a.atMs - b.atMs);
      if (!due) break;
      this.#timers.delete(due[0]);
      this.#nowMs = due[1].atMs;
      due[1].run();
      await settled();
    }
    this.#nowMs = endMs;
  }
}

/** A token is always fetched by a promise, even one that is there already. */
export async function settled(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}
