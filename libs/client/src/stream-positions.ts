import type { StreamKey } from '@switchboard/protocol';

/** What becomes of a durable message or a gap: `next` is handed on, `seen` is dropped, `lost` means that something before it is missing. */
export type Verdict = 'next' | 'seen' | 'lost';

/** Messages `after` + 1 to `through` will never come. */
export interface UntoldGap {
  readonly after: number;
  readonly through: number;
}

/**
 * The last seq had of each stream, and the rule that follows from it. Per stream:
 *
 * | state | on | becomes |
 * |---|---|---|
 * | unknown | the start a server names, a message, a gap | known, at that start, seq or end |
 * | known at p | a message behind p (`after` = p), or a gap that reaches over p | known, at its seq or end: `next` |
 * | known at p | a message or gap that ends at or before p | unchanged: `seen` |
 * | known at p | a message or gap that begins behind p + 1 | unchanged: `lost`, the connection must be made anew |
 * | known at p | a start beyond p | known, at that start; an untold gap |
 *
 * So what is `next` ascends, and every number that is jumped over has been told of. At most `capacity` streams are known; beyond that the one
 * that was quiet longest is forgotten.
 */
export class StreamPositions {
  readonly #capacity: number;
  // In the order in which the streams last moved: the first is the quietest.
  readonly #positions = new Map<StreamKey, number>();

  constructor(initial: Readonly<Record<StreamKey, number>>, capacity: number) {
    this.#capacity = capacity;
    for (const [stream, seq] of Object.entries(initial)) this.#move(stream, seq);
  }

  /** The last seq had; undefined for a stream that is not known. */
  get(stream: StreamKey): number | undefined {
    return this.#positions.get(stream);
  }

  /** A server says that it begins `stream` behind `after`. Returns what is thereby left out, if anything. */
  begin(stream: StreamKey, after: number): UntoldGap | undefined {
    const position = this.#positions.get(stream);
    // A lower start only repeats what was had; the repeats are dropped as they come.
    if (position !== undefined && after <= position) return undefined;
    this.#move(stream, after);
    return position === undefined ? undefined : { after: position, through: after };
  }

  /** A message came that is number `seq` and follows number `after`. */
  message(stream: StreamKey, after: number, seq: number): Verdict {
    return this.#reach(stream, after, seq);
  }

  /** A gap was told of: `after` + 1 to `through` will never come. */
  gap(stream: StreamKey, after: number, through: number): Verdict {
    return this.#reach(stream, after, through);
  }

  /** The stream is no longer followed. */
  forget(stream: StreamKey): void {
    this.#positions.delete(stream);
  }

  /** A copy: the last seq had, per stream. */
  toRecord(): Record<StreamKey, number> {
    return Object.fromEntries(this.#positions);
  }

  #reach(stream: StreamKey, after: number, through: number): Verdict {
    const position = this.#positions.get(stream);
    if (position !== undefined) {
      if (through <= position) return 'seen';
      if (after > position) return 'lost';
    }
    this.#move(stream, through);
    return 'next';
  }

  #move(stream: StreamKey, position: number): void {
    this.#positions.delete(stream);
    this.#positions.set(stream, position);
    if (this.#positions.size <= this.#capacity) return;
    for (const quietest of this.#positions.keys()) {
      this.#positions.delete(quietest);
      break;
    }
  }
}
