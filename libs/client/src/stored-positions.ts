import { isSeq, type StreamKey } from '@switchboard/protocol';
import { Alarm } from './alarm';
import type { Clock } from './clock';
import type { KeyValueStorage } from './storage';

// A page that is closed flushes; this bounds what one that crashes hears again.
const INTERVAL_MS = 250;

type Positions = Readonly<Record<StreamKey, number>>;

/** Keeps positions in a storage, under one key; written at most every 250 ms, and on flush(). */
export class StoredPositions {
  readonly #storage: KeyValueStorage;
  readonly #alarm: Alarm;
  readonly #read: () => Positions;
  #key: string | undefined;

  /** `read` gives the positions to write. */
  constructor(storage: KeyValueStorage, clock: Clock, read: () => Positions) {
    this.#storage = storage;
    this.#alarm = new Alarm(clock);
    this.#read = read;
  }

  /** From now on `key` is written. Returns what it holds if it was another key before; undefined if not, or if that is no positions. */
  open(key: string): Positions | undefined {
    if (key === this.#key) return undefined;
    this.#key = key;
    return readPositions(this.#storage.getItem(key));
  }

  /** Positions have moved. */
  touch(): void {
    if (this.#alarm.isSet) return;
    this.#alarm.set(INTERVAL_MS, () => {
      this.#write();
    });
  }

  /** Writes now what has moved: the page may be about to go. */
  flush(): void {
    if (!this.#alarm.isSet) return;
    this.#alarm.clear();
    this.#write();
  }

  #write(): void {
    if (this.#key !== undefined) this.#storage.setItem(this.#key, JSON.stringify(this.#read()));
  }
}

function readPositions(text: string | null): Positions | undefined {
  try {
    const value = JSON.parse(text ?? 'null') as unknown;
    if (typeof value === 'object' && value !== null && Object.values(value).every(isSeq)) return value as Positions;
  } catch {
    // Not ours.
  }
  return undefined;
}
