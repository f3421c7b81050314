import { type ErrorFrame, type SwitchboardError } from '@switchboard/protocol';

/** The frame that tells a client of an error; without an id it is about the connection. */
export function errorFrame(
  { code, message, retryable }: SwitchboardError,
  about: Pick<ErrorFrame, 'id' | 'stream' | 'retryAfterMs'>,
): ErrorFrame {
  return { type: 'error', ...about, code, message, retryable };
}
