import { type StreamKey } from '@switchboard/protocol';
import { type Frame } from '../frames/web-socket-frame';

/** An ephemeral message, ready to be written to any number of sockets. */
export interface EphemeralMessage {
  readonly stream: StreamKey;
  readonly frame: Frame;
  /** Milliseconds since 1970, on the database's clock. */
  readonly expiresAtMs: number;
  /** Of those that wait for a slow client, the newest of a stream with the same key stays. */
  readonly conflateKey?: string | undefined;
}

/**
 * Why an ephemeral message did not get to a socket.
 *
 * - `expired`: its time was over
 * - `slow`: the socket was full, and the message had no key to wait by
 * - `replaced`: it waited for a full socket, and a newer one with its key came
 * - `full`: more waited for full sockets than may
 * - `overloaded`: more messages waited for their turn to be written than may
 */
export type DropReason = 'expired' | 'slow' | 'replaced' | 'full' | 'overloaded';
