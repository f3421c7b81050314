import { type Acknowledgement, type MessageLog } from '@switchboard/message-log';
import { Reconciler } from '@switchboard/registry';

/** The least time from one statement to the next: well below the second within which an acknowledgement is to be kept. */
const LINGER_MS = 50;
/** Acknowledgements of one statement. */
const MOST_OF_STATEMENT = 500;
const POLL_MS = 10;

/**
 * Brings acknowledgements to the database: at once when it is quiet, else in batches. The newest of a user and device is kept; while the
 * database is away it waits here, so at most one waits for each device that has been connected meanwhile.
 */
export class KeepAcknowledgements {
  private readonly newest: Reconciler<string, Acknowledgement>;

  /** @param onFailure hears why a batch is tried again */
  constructor(log: Pick<MessageLog, 'acknowledge'>, onFailure: (error: unknown) => void) {
    this.newest = new Reconciler<string, Acknowledgement>({
      maxBatch: MOST_OF_STATEMENT,
      lingerMs: LINGER_MS,
      onFailure,
      apply: async (changes) => {
        await log.acknowledge(changes.map(({ value }) => value));
        return changes.map(() => undefined);
      },
    });
  }

  /** How many wait to be kept. */
  get pending(): number {
    return this.newest.pending;
  }

  /** Keeps one, soon. It may be below what is kept: then it changes nothing. */
  keep(acknowledgement: Acknowledgement): void {
    const { user, device } = acknowledgement;
    this.newest.want(JSON.stringify([user, device]), acknowledgement).catch(isMoot);
  }

  /** Resolves once nothing waits, or the time is over: what waits then is forgotten, and its clients get those messages again. */
  async close(patienceMs: number): Promise<void> {
    const deadlineMs = performance.now() + patienceMs;
    while (this.pending > 0 && performance.now() < deadlineMs) await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    this.newest.close();
  }
}

function isMoot(): void {
  // It was closed: the message comes again, which is all that an acknowledgement prevents.
}
