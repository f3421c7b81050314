import type { ErrorCodeName, StreamKey } from '@switchboard/protocol';

/** The errors that the SDK finds by itself; those that a server tells of keep the code that the server gave them. */
export const CLIENT_ERRORS = {
  invalid_option: { retryable: false, title: 'An option or argument is missing, of the wrong type or out of bounds.' },
  no_web_socket: {
    retryable: false,
    title: 'There is no global WebSocket here (Node has one from version 22): pass the option WebSocket, such as that of the ws package.',
  },
  closed: { retryable: true, title: 'The client is closed.' },
  refused: { retryable: false, title: 'The server refused the client for good.' },
  unsubscribed: { retryable: true, title: 'The channel was unsubscribed before the server had answered.' },
  too_many_channels: { retryable: false, title: 'One client follows at most 1000 channels.' },
  not_connected: { retryable: true, title: 'There is no connection, and an ephemeral message does not wait for one.' },
  timed_out: {
    retryable: true,
    title: 'The server did not accept the message in time; it may yet, so repeat it only under the same idempotencyKey.',
  },
  too_many_sends: { retryable: true, title: 'One client waits for the answers to at most 1000 messages that it sends.' },
  token_failed: { retryable: true, title: 'The token callback failed; it is asked again.' },
  listener_failed: { retryable: false, title: 'A listener of this client has thrown; the message counts as handled.' },
  bad_server_frame: { retryable: false, title: 'The server sent something that is no frame; it was ignored.' },
  position_ahead: {
    retryable: false,
    title: 'The log of the server ends before the position of this client; messages up to that position are dropped.',
  },
} as const satisfies Record<string, { readonly retryable: boolean; readonly title: string }>;

/** A code of an error that the SDK found by itself. */
export type ClientErrorCode = keyof typeof CLIENT_ERRORS;

/** What an error is about. */
export interface ClientErrorDetails {
  readonly retryable: boolean;
  /** The stream concerned, if it is one. */
  readonly stream?: StreamKey | undefined;
  /** The close code of the connection, where the connection was refused. */
  readonly closeCode?: number | undefined;
  readonly cause?: unknown;
}

/**
 * Every error of the SDK. `code` is stable: one of {@link CLIENT_ERRORS}, or of the server's table; servers newer than this SDK may send
 * codes that it does not know.
 */
export class ClientError extends Error {
  override readonly name = 'SwitchboardClientError';
  readonly code: ClientErrorCode | ErrorCodeName;
  /** Whether the same may succeed later. */
  readonly retryable: boolean;
  readonly stream: StreamKey | undefined;
  readonly closeCode: number | undefined;

  constructor(code: ClientErrorCode | ErrorCodeName, message: string, details: ClientErrorDetails) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.retryable = details.retryable;
    this.stream = details.stream;
    this.closeCode = details.closeCode;
  }
}

/** An error that the SDK found by itself; `detail` is added to the title of its code. */
export function clientError(code: ClientErrorCode, detail?: string, details: Omit<ClientErrorDetails, 'retryable'> = {}): ClientError {
  const { title, retryable } = CLIENT_ERRORS[code];
  return new ClientError(code, detail === undefined ? title : `${title} ${detail}`, { ...details, retryable });
}
