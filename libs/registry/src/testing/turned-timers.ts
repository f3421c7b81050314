import type { Timers } from '@switchboard/database';

interface Alarm {
  readonly atMs: number;
  readonly run: () => void;
}

/** A clock that stands still until a test turns it on. */
export class TurnedTimers implements Timers {
  private timeMs = 0;
  private readonly alarms = new Set<Alarm>();

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

  /** How many alarms are set. */
  get alarmCount(): number {
    return this.alarms.size;
  }

  /** Lets time pass: runs each alarm at its moment, and before each lets promises that are settled be handled. */
  async turn(byMs: number): Promise<void> {
    const endMs = this.timeMs + byMs;
    await handled();
    for (;;) {
      const due = [...this.alarms].filter(({ atMs }) => atMs <= endMs).sort((a, b) => a.atMs - b.atMs)[0];
      if (due === undefined) break;
      this.timeMs = Math.max(this.timeMs, due.atMs);
      this.alarms.delete(due);
      due.run();
      await handled();
    }
    this.timeMs = endMs;
  }
}

function handled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
