import type { StreamKey } from '@switchboard/protocol';
import type { MessageContent } from '@switchboard/protocol/events';

/** A message to be appended. */
export interface NewMessage {
  readonly stream: StreamKey;
  /** Valid UTF-8 without a NUL, as JSON is. */
  readonly content: MessageContent;
  /** How long it is kept, from 1; more than the longest is cut. Default: the setting. */
  readonly ttlMs?: number;
}

/** A message that the log has committed. */
export interface AppendedMessage {
  /** The public id. */
  readonly id: string;
  readonly stream: StreamKey;
  readonly seq: number;
  /** When the log took it, in milliseconds since 1970, on the database's clock; the same as when it is read. */
  readonly timeMs: number;
  /** When it expires, on the same clock. */
  readonly expiresAtMs: number;
}
