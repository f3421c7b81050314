import { isChannel, isDevice, isSeq, type StreamKey } from '@switchboard/protocol';
import type { BackoffBounds } from './backoff';
import { clientError } from './client-error';
import type { WebSocketConstructor } from './web-socket';

/** Gives the token for the next attempt to connect. */
export type TokenSource = () => string | Promise<string>;

/** How the client comes back. */
export interface BackoffOptions extends Partial<BackoffBounds> {
  /** A connection that was ready for this long was a success: the next wait is bounded by `baseMs` again. Default 10,000 ms. */
  readonly stableAfterMs?: number;
}

/** The options of a client. */
export interface ClientOptions {
  /** The WebSocket endpoint: `wss://…/v1/connect`. */
  readonly url: string;
  /**
   * A JWT, or a function that gives one: it is called anew for each attempt to connect, so that an expired token is replaced without a word.
   * With a plain string an expired token closes the client for good.
   */
  readonly token: string | TokenSource;
  /** A stable name of this device, 1–64 of `[A-Za-z0-9._-]`: the server keeps a cursor for it. */
  readonly device?: string | undefined;
  /** Channels to follow from the start. */
  readonly channels?: readonly string[] | undefined;
  /** The last seq had of each stream, such as `client.positions` of an earlier run. */
  readonly resume?: Readonly<Record<StreamKey, number>> | undefined;
  /** Default: the global WebSocket. On Node below 22 pass `WebSocket` of the `ws` package. */
  readonly WebSocket?: WebSocketConstructor | undefined;
  /** Waits are random from 0 to min(capMs, baseMs · 2^n). Defaults: baseMs 1,000, capMs 30,000. */
  readonly backoff?: BackoffOptions | undefined;
  /** From opening a socket to the server's ready; default 10,000 ms, a little more than the server's own deadline for hello. */
  readonly handshakeTimeoutMs?: number | undefined;
  /** How long a token function may take; default 30,000 ms. */
  readonly tokenTimeoutMs?: number | undefined;
}

/** The options of a client, checked and complete. */
export interface ResolvedOptions {
  readonly url: string;
  readonly token: TokenSource;
  /** Whether asking for a token again can give another one. */
  readonly canRefreshToken: boolean;
  readonly device: string | undefined;
  readonly channels: readonly string[];
  readonly resume: Readonly<Record<StreamKey, number>>;
  /** Undefined: the platform's own, looked up when it is needed, since a page may be rendered on a server that never connects. */
  readonly WebSocket: WebSocketConstructor | undefined;
  readonly backoff: BackoffBounds;
  readonly stableAfterMs: number;
  readonly handshakeTimeoutMs: number;
  readonly tokenTimeoutMs: number;
}

function durationMs(name: string, value: number | undefined, defaultMs: number): number {
  const ms = value ?? defaultMs;
  if (!Number.isFinite(ms) || ms < 0) throw clientError('invalid_option', `${name} must be a number of milliseconds.`);
  return ms;
}

/** Checks the options and fills in the defaults. Throws a ClientError `invalid_option`. */
export function resolveOptions(options: ClientOptions): ResolvedOptions {
  const { url, token, device, channels = [], resume = {}, backoff = {} } = options;
  if (typeof url !== 'string' || url === '') throw clientError('invalid_option', 'url must be the address of the endpoint.');
  if (typeof token !== 'function' && (typeof token !== 'string' || token === '')) {
    throw clientError('invalid_option', 'token must be a JWT or a function that gives one.');
  }
  if (device !== undefined && !isDevice(device)) throw clientError('invalid_option', 'device must be 1–64 of [A-Za-z0-9._-].');
  if (!channels.every(isChannel)) throw clientError('invalid_option', 'channels must each be 1–128 of [A-Za-z0-9._:@~-].');
  for (const [stream, seq] of Object.entries(resume)) {
    if (!isSeq(seq)) throw clientError('invalid_option', `resume["${stream}"] must be a seq.`);
  }
  return {
    url,
    token: typeof token === 'function' ? token : () => token,
    canRefreshToken: typeof token === 'function',
    device,
    channels,
    resume,
    WebSocket: options.WebSocket,
    backoff: {
      baseMs: durationMs('backoff.baseMs', backoff.baseMs, 1_000),
      capMs: durationMs('backoff.capMs', backoff.capMs, 30_000),
    },
    stableAfterMs: durationMs('backoff.stableAfterMs', backoff.stableAfterMs, 10_000),
    handshakeTimeoutMs: durationMs('handshakeTimeoutMs', options.handshakeTimeoutMs, 10_000),
    tokenTimeoutMs: durationMs('tokenTimeoutMs', options.tokenTimeoutMs, 30_000),
  };
}
