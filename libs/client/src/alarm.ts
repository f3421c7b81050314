import type { Clock, TimerHandle } from './clock';

// setTimeout takes a signed 32-bit number and runs at once beyond it.
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** One timer: setting it again replaces what was set before. */
export class Alarm {
  readonly #clock: Clock;
  #handle: TimerHandle | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get isSet(): boolean {
    return this.#handle !== undefined;
  }

  set(afterMs: number, run: () => void): void {
    this.clear();
    this.#handle = this.#clock.setTimer(
      () => {
        this.#handle = undefined;
        run();
      },
      Math.min(Math.max(0, afterMs), LONGEST_TIMER_MS),
    );
  }

  clear(): void {
    if (this.#handle !== undefined) this.#clock.clearTimer(this.#handle);
    this.#handle = undefined;
  }
}
