import { type OwnSlot } from './await-replies';

/**
 * The clock that expiries are told on, as far as this process knows it: good to half a round trip, as of the last renewal of its lease;
 * before the first one it is the clock of this machine.
 */
export class DatabaseClock {
  constructor(private readonly own: Pick<OwnSlot, 'databaseOffsetMs'>) {}

  /** Milliseconds since 1970, whole. */
  nowMs(): number {
    return Math.round(Date.now() + this.own.databaseOffsetMs);
  }
}
