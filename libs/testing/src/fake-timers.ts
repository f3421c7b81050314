import type { Timers } from '@switchboard/database';

interface Alarm {
  readonly atMs: number;
  readonly run: () => void;
}

/** A clock that stands still until a test advances it. */
export class FakeTimers implements Timers {
  private timeMs = 0;
  private readonly alarms = new Set<Alarm>();

  /** How many alarms are set. */
  get pending(): number {
    return this.alarms.size;
  }

  nowMs(): number {
    return this.timeMs;
  }

  after(delayMs: number, run: () => void): () => void {
    const alarm = { atMs: this.timeMs + delayMs, run };
    this.alarms.add(alarm);
    return () => {
      this.alarms.delete(alarm);
    };
  }

  /** Moves on by `byMs`: runs each alarm at its moment, and before each lets promises that are settled be handled. */
  async advance(byMs: number): Promise<void> {
    const endMs = this.timeMs + byMs;
    await handled();
    for (;;) {
      const [next] = [...this.alarms].sort((a, b) => a.atMs - b.atMs);
      if (next === undefined || next.atMs > endMs) break;
      this.timeMs = Math.max(this.timeMs, next.atMs);
      this.alarms.delete(next);
      next.run();
      await handled();
    }
    this.timeMs = endMs;
  }
}

function handled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
