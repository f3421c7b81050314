import type { StreamKey } from '@switchboard/protocol';
import type { MessageContent } from '@switchboard/protocol/events';

/** How a repeated send is known: within 24 hours, the same sender, stream and key mean the same message. */
export interface Idempotency {
  /** Who sends; keys of different senders have nothing to do with each other. */
  readonly sender: string;
  /** 1 to 255 characters without control characters. */
  readonly key: string;
  /** 16 bytes of a hash of all that makes the message: with another one the key is refused. */
  readonly hash: Buffer;
}

/** A message to be appended. */
export interface NewMessage {
  readonly stream: StreamKey;
  /** Valid UTF-8 without a NUL, as JSON is. */
  readonly content: MessageContent;
  /** How long it is kept, from 1 to the longest that is allowed. Default: the setting. */
  readonly ttlMs?: number | undefined;
  readonly idempotency?: Idempotency | undefined;
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
  /** Whether an earlier call with the same idempotency key has committed it. */
  readonly isReplay: boolean;
}
