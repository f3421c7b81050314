import { type EventHandler } from '../event-bus';

interface Waiter {
  readonly isMet: () => boolean;
  readonly resolve: () => void;
}

/** A handler that keeps what it is given, and lets a test wait for it without polling. */
export class Recorder {
  readonly batches: (readonly Buffer[])[] = [];
  private readonly waiters = new Set<Waiter>();

  /** Records a batch. */
  readonly handler: EventHandler = (batch) => {
    this.batches.push(batch);
    for (const waiter of this.waiters) {
      if (!waiter.isMet()) continue;
      this.waiters.delete(waiter);
      waiter.resolve();
    }
  };

  /** All events so far, in the order in which they came. */
  get events(): readonly Buffer[] {
    return this.batches.flat();
  }

  /** The same as texts. */
  get texts(): readonly string[] {
    return this.events.map(String);
  }

  /** Resolves once `count` events have come in all. */
  waitForCount(count: number): Promise<void> {
    return this.waitFor(() => this.batches.reduce((sum, batch) => sum + batch.length, 0) >= count);
  }

  /** Resolves once each of these texts has come. */
  waitForTexts(texts: readonly string[]): Promise<void> {
    return this.waitFor(() => texts.every((text) => this.texts.includes(text)));
  }

  private waitFor(isMet: () => boolean): Promise<void> {
    if (isMet()) return Promise.resolve();
    return new Promise((resolve) => this.waiters.add({ isMet, resolve }));
  }
}
