import type { Timers } from '../timers';

/** A clock that stands still until a test advances it. */
export class FakeTimers implements Timers {
  private time = 0;
  private readonly alarms = new Set<{ readonly atMs: number; readonly run: () => void }>();

  /** How many alarms are set. */
  get pending(): number {
    return this.alarms.size;
  }

  nowMs(): number {
    return this.time;
  }

  after(delayMs: number, run: () => void): () => void {
    const alarm = { atMs: this.time + delayMs, run };
    this.alarms.add(alarm);
    return () => {
      this.alarms.delete(alarm);
    };
  }

  /** Moves on by `byMs`, running every alarm at its time and letting promises settle in between. */
  async advance(byMs: number): Promise<void> {
    const endMs = this.time + byMs;
    await settle();
    for (;;) {
      const [next] = [...this.alarms].sort((a, b) => a.atMs - b.atMs);
      if (next === undefined || next.atMs > endMs) break;
      this.alarms.delete(next);
      this.time = Math.max(this.time, next.atMs);
      next.run();
      await settle();
    }
    this.time = endMs;
  }
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
}
