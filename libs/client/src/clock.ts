/** What a clock gives out for a timer, to clear it with. */
export type TimerHandle = ReturnType<typeof setTimeout>;

/** Time as the SDK sees it; tests bring their own. */
export interface Clock {
  /** Milliseconds since some fixed moment; never goes back. */
  nowMs(): number;
  setTimer(run: () => void, afterMs: number): TimerHandle;
  clearTimer(handle: TimerHandle): void;
}

/** The clock of the platform, unmoved by changes of the time of day. */
export const systemClock: Clock = {
  nowMs: () => performance.now(),
  setTimer: (run, afterMs) => setTimeout(run, afterMs),
  clearTimer: (handle) => {
    clearTimeout(handle);
  },
};
