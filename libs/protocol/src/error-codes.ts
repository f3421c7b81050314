import { CLOSE, type Close } from './close-codes';

interface ErrorCode {
  /** The status of the HTTP answer; absent where only a frame can carry the code. */
  readonly status?: number;
  /** Whether the same request may succeed later. */
  readonly retryable: boolean;
  /** How a connection is closed that ends with this error. */
  readonly close?: Close;
  /** What it means, in one sentence, for the documents and as the problem's title. */
  readonly title: string;
}

/** Every error code of both contracts. HTTP answers, error frames, the SDK and the documents read this table. */
export const ERRORS = {
  invalid_request: { status: 400, retryable: false, title: 'The bytes on the connection are not a well-formed HTTP request.' },
  invalid_json: { status: 400, retryable: false, title: 'The body or frame is not one JSON object in UTF-8.' },
  invalid_field: { status: 400, retryable: false, title: 'A field is missing, of the wrong type or out of bounds.' },
  unknown_field: { status: 400, retryable: false, title: 'The body has a field that does not exist.' },
  invalid_path: { status: 400, retryable: false, title: 'The path or query is malformed or out of bounds.' },
  unauthorized: { status: 401, retryable: false, title: 'The API key is missing or wrong.' },
  forbidden: { status: 403, retryable: false, title: 'The key or token does not allow this.' },
  not_found: { status: 404, retryable: false, title: 'There is no such path or thing.' },
  origin_refused: { status: 403, retryable: false, close: CLOSE.originRefused, title: 'Pages of this origin may not connect.' },
  method_not_allowed: { status: 405, retryable: false, title: 'The path exists, but not with this method.' },
  request_timeout: { status: 408, retryable: true, title: 'The request did not arrive in time.' },
  idempotency_in_progress: { status: 409, retryable: true, title: 'A request with this idempotency key still runs.' },
  limit_reached: { status: 409, retryable: false, title: 'There are as many of these as there may be.' },
  too_large: { status: 413, retryable: false, title: 'The body, frame or data is over its size limit.' },
  unsupported_media_type: { status: 415, retryable: false, title: 'The content type of the body is not application/json.' },
  idempotency_conflict: { status: 422, retryable: false, title: 'The idempotency key was used for another message.' },
  rate_limited: { status: 429, retryable: true, close: CLOSE.rateLimited, title: 'Too much in too short a time; try again after a while.' },
  headers_too_large: { status: 431, retryable: false, title: 'The head of the request is over its size limit.' },
  internal: {
    status: 500,
    retryable: false,
    close: CLOSE.registrationFailed,
    title: 'An error of the server; its log has the request id.',
  },
  overloaded: { status: 503, retryable: true, close: CLOSE.overloaded, title: 'The server has reached a limit; try again after a while.' },
  unavailable: {
    status: 503,
    retryable: true,
    close: CLOSE.registrationFailed,
    title: 'Something the server depends on is away; try again after a while.',
  },
  outcome_unknown: {
    status: 503,
    retryable: false,
    title: 'Whether the message was kept is not known; without an idempotency key a repeat may arrive twice.',
  },
  bad_frame: { retryable: false, close: CLOSE.protocolError, title: 'The frame is binary, not a JSON object, or not known.' },
  hello_expected: { retryable: false, close: CLOSE.protocolError, title: 'The first frame must be hello, and hello comes once.' },
  bad_token: { retryable: false, close: CLOSE.badToken, title: 'The token is missing, malformed, or not signed with an accepted key.' },
  token_expired: { retryable: true, close: CLOSE.tokenExpired, title: 'The token has expired; fetch a new one.' },
  no_hello: { retryable: true, close: CLOSE.noHello, title: 'No hello came within the deadline.' },
  registration_failed: {
    retryable: true,
    close: CLOSE.registrationFailed,
    title: 'The connection could not be registered; try elsewhere.',
  },
  channel_forbidden: { retryable: false, title: 'The token does not allow this channel.' },
  publish_forbidden: { retryable: false, title: 'The token does not allow sending to this target.' },
  ack_out_of_range: { retryable: false, title: 'The acknowledgement is beyond what this connection was sent, or not of the own stream.' },
  too_many_connections: { retryable: false, close: CLOSE.limitReached, title: 'The user has as many connections as allowed.' },
  replaced: { retryable: false, close: CLOSE.replaced, title: 'A newer connection of the user took the place of this one.' },
  too_many_subscriptions: { retryable: false, title: 'The connection has as many subscriptions as it may have.' },
} as const satisfies Record<string, ErrorCode>;

/** A stable code that tells clients what went wrong. */
export type ErrorCodeName = keyof typeof ERRORS;

/** An error that a caller is told of: its code decides the HTTP status or the frame. */
export class SwitchboardError extends Error {
  override readonly name = 'SwitchboardError';

  constructor(
    readonly code: ErrorCodeName,
    message: string = ERRORS[code].title,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }

  get retryable(): boolean {
    return ERRORS[this.code].retryable;
  }
}
