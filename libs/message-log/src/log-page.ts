import type { StreamKey } from '@switchboard/protocol';
import type { MessageContent } from '@switchboard/protocol/events';

/** A message as it is read. */
export interface LogRow {
  readonly seq: number;
  /** The public id. */
  readonly id: string;
  readonly timeMs: number;
  readonly expiresAtMs: number;
  readonly content: MessageContent;
}

/**
 * What a stream holds behind a position: all of (after, through], where a number without a row will never come (`gapsOf` says why).
 * Rows and head are of one moment.
 */
export interface LogPage {
  readonly stream: StreamKey;
  readonly after: number;
  /**
   * Where the page ends: at its last row if there is more, else at the head. Below `after` if the log went back (`head` < `after`): then
   * there are no rows, and whoever reads decides where to go on.
   */
  readonly through: number;
  /** The last number that the stream gave out; 0 if it does not exist. */
  readonly head: number;
  readonly rows: readonly LogRow[];
  /** The numbers of messages that were taken back, ascending. */
  readonly recalled: readonly number[];
}
