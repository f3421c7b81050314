import { type MessageLog } from '@switchboard/message-log';
import { type StreamKey } from '@switchboard/protocol';
import { type LocalStream } from './local-stream';
import { type PageRead } from './pending-reads';
import { toStreamPage } from './stream-page';

const FIRST_DELAY_MS = 100;
const LONGEST_DELAY_MS = 5_000;

/** Counts the reads of the log. */
export interface CatchUpObserver {
  pageRead(): void;
  readFailed(error: unknown): void;
}

/** Reads pages of the log for streams. A read that failed is answered after a while, longer with each failure in a row, with full jitter. */
export class CatchUpReader {
  private failuresInRow = 0;

  constructor(
    private readonly log: Pick<MessageLog, 'readPage'>,
    private readonly observer: CatchUpObserver,
  ) {}

  /** Answers `read` by `pageRead` or `readFailed` of the stream. Never rejects. */
  async read(key: StreamKey, stream: LocalStream, read: PageRead): Promise<void> {
    try {
      const page = toStreamPage(await this.log.readPage({ stream: key, after: read.after }));
      this.failuresInRow = 0;
      this.observer.pageRead();
      stream.pageRead(read, page);
    } catch (error) {
      this.observer.readFailed(error);
      setTimeout(() => {
        stream.readFailed(read);
      }, this.nextDelayMs()).unref();
    }
  }

  private nextDelayMs(): number {
    const ceilingMs = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** this.failuresInRow);
    this.failuresInRow += 1;
    return Math.random() * ceilingMs;
  }
}
