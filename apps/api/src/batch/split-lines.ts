const NEWLINE = 0x0a;

/** A line without its newline; `too_long` in place of one that is over the limit, of which nothing is kept. */
export type Line = Buffer | 'too_long';

/** Splits bytes, as they come, into lines. It holds no more than one line of them, and does no I/O. */
export class SplitLines {
  private begun: Buffer[] = [];
  private begunBytes = 0;

  /** @param mostBytes of a line */
  constructor(private readonly mostBytes: number) {}

  /** The lines that end in a chunk. They may share its memory. */
  *add(chunk: Buffer): Generator<Line> {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      this.begin(chunk.subarray(start, end));
      start = end + 1;
      yield this.finish();
    }
    this.begin(chunk.subarray(start));
  }

  /** The last line, if it has no newline. */
  *end(): Generator<Line> {
    if (this.begunBytes > 0) yield this.finish();
  }

  private begin(part: Buffer): void {
    this.begunBytes += part.length;
    if (this.begunBytes > this.mostBytes) this.begun = [];
    else this.begun.push(part);
  }

  private finish(): Line {
    const { begun, begunBytes } = this;
    this.begun = [];
    this.begunBytes = 0;
    if (begunBytes > this.mostBytes) return 'too_long';
    const [only] = begun;
    return begun.length === 1 && only !== undefined ? only : Buffer.concat(begun);
  }
}
