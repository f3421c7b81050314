import { systemTimers, type Timers } from '@switchboard/database';
import { Pace } from './pace';

const TICK_MS = 100;

/** Work on many items. */
export interface PacedWorkOptions<Item> {
  readonly items: readonly Item[];
  /** The most in a second. */
  readonly perSecond: number;
  readonly act: (item: Item) => void;
  /** All have had their turn. Not called if the work was stopped. */
  readonly done: () => void;
  readonly timers?: Timers;
}

/** Acts upon items in their order, a few at a time, so that what they cause elsewhere is spread out. */
export class PacedWork<Item> {
  private readonly timers: Timers;
  private readonly pace: Pace;
  private next = 0;
  private cancel: (() => void) | undefined;

  constructor(private readonly options: PacedWorkOptions<Item>) {
    this.timers = options.timers ?? systemTimers;
    this.pace = new Pace(options.perSecond, this.timers.nowMs());
  }

  /** Begins; the first item has its turn at once. */
  start(): void {
    this.tick();
  }

  /** Ends it: the rest have no turn. */
  stop(): void {
    this.cancel?.();
  }

  private tick(): void {
    const { items, act, done } = this.options;
    const end = this.next + this.pace.take(this.timers.nowMs(), items.length - this.next);
    for (const item of items.slice(this.next, end)) act(item);
    this.next = end;
    if (end < items.length) {
      this.cancel = this.timers.after(TICK_MS, () => {
        this.tick();
      });
    } else done();
  }
}
