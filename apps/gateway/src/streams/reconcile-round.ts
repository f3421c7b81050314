import { type MessageLog } from '@switchboard/message-log';
import { type StreamKey } from '@switchboard/protocol';
import { type LocalStreams } from './local-streams';
import { SpreadRound } from './spread-round';

/** Hears what the rounds find. */
export interface ReconcileObserver {
  /** The log was ahead of what a stream had heard. */
  repaired(stream: StreamKey): void;
  roundFailed(error: unknown): void;
}

/**
 * Asks the log for the head of every local stream, once a round, spread evenly over it. So what the bus lost is found, and the round bounds
 * how late a message can be. What fails is asked again in the next round.
 */
export class ReconcileRound {
  private readonly round: SpreadRound<StreamKey>;

  constructor(
    private readonly streams: LocalStreams,
    private readonly log: Pick<MessageLog, 'heads'>,
    private readonly observer: ReconcileObserver,
    roundMs: number,
  ) {
    const ask = (keys: readonly StreamKey[]): Promise<void> => this.ask(keys);
    this.round = new SpreadRound({ keys: () => streams.keys(), count: () => streams.size, ask, roundMs });
  }

  /** Begins the rounds. */
  start(): void {
    this.round.start();
  }

  /** Ends them. */
  stop(): void {
    this.round.stop();
  }

  /** Asks for all streams now, chunk after chunk. Never rejects. */
  sweep(): Promise<void> {
    return this.round.sweep();
  }

  private async ask(keys: readonly StreamKey[]): Promise<void> {
    try {
      const seen = keys.flatMap((stream) => {
        const highest = this.streams.highestHeard(stream);
        return highest === undefined ? [] : [{ stream, seen: highest }];
      });
      for (const { stream, head } of await this.log.heads(seen)) {
        const heard = this.streams.highestHeard(stream);
        if (heard === undefined || head <= heard) continue;
        this.observer.repaired(stream);
        this.streams.heard(stream, head);
      }
    } catch (error) {
      this.observer.roundFailed(error);
    }
  }
}
