import { BOUNDS, SwitchboardError } from '@switchboard/protocol';

/** Counts what a batch holds against its bounds. */
export class BatchCounts {
  private bytes = 0;
  private lines = 0;
  private messages = 0;

  /** @throws SwitchboardError `too_large`: reading must end */
  addBytes(count: number): void {
    this.bytes += count;
    if (this.bytes > BOUNDS.batchBytes) throw overflow(`${String(BOUNDS.batchBytes)} bytes; what came behind them was not read`);
  }

  /** @throws SwitchboardError `too_large`: reading must end */
  addLine(): void {
    this.lines += 1;
    if (this.lines > BOUNDS.batchLines) throw overflow(`${String(BOUNDS.batchLines)} lines; this one and what came behind it was not sent`);
  }

  /** What one line sends: it is refused alone. @throws SwitchboardError `too_large` */
  addMessages(count: number): void {
    if (this.messages + count > BOUNDS.batchLines) throw overflow(`${String(BOUNDS.batchLines)} messages, each of several users counted`);
    this.messages += count;
  }
}

function overflow(what: string): SwitchboardError {
  return new SwitchboardError('too_large', `A batch has at most ${what}.`);
}
