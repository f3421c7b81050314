/** A monotonic clock and its alarms, so that tests can turn time themselves. */
export interface Timers {
  /** Milliseconds since some fixed moment; never goes back. */
  nowMs(): number;
  /** Calls `run` once, `delayMs` from now at the earliest; the function returned prevents it. */
  after(delayMs: number, run: () => void): () => void;
}

/** The clock of the process. */
export const systemTimers: Timers = {
  nowMs: () => performance.now(),
  after(delayMs, run) {
    const timer = setTimeout(run, delayMs);
    return () => {
      clearTimeout(timer);
    };
  },
};
