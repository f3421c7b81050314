import { isChannel, isDevice, isSeq, type StartWish, type StreamKey } from '@switchboard/protocol';
import type { BackoffBounds } from './backoff';
import { clientError } from './client-error';
import { deviceName } from './device-name';
import { logTo, type Log, type Logger } from './logger';
import { forgiving, pageStorage, type KeyValueStorage, type PageStorageName } from './storage';
import type { WebSocketConstructor } from './web-socket';

/** Gives the token for the next attempt to connect, or the one that follows a token which is about to expire. */
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
   * A JWT, or a function that gives one: it is called anew for each attempt to connect, and before the token of a living connection expires.
   * With a plain string an expired token closes the client for good.
   */
  readonly token: string | TokenSource;
  /**
   * A stable name of this device, 1–64 of `[A-Za-z0-9._-]`: the server keeps a cursor for it. Default: a random one that `deviceStorage`
   * keeps. Null: none.
   */
  readonly device?: string | null | undefined;
  /** Where the own stream begins if neither a position nor a cursor says so. Default: `unacked`. */
  readonly start?: StartWish | undefined;
  /** Channels to follow from the start. */
  readonly channels?: readonly string[] | undefined;
  /** The last seq had of each stream, such as `client.positions` of an earlier run. Comes before what `positionStorage` remembers. */
  readonly resume?: Readonly<Record<StreamKey, number>> | undefined;
  /** `auto`: once the listeners of a message have resolved. `manual`: by `message.ack()`. Default: auto. */
  readonly ack?: 'auto' | 'manual' | undefined;
  /** How many messages listeners may be busy with before the client leaves its connection for a while; default 1,000. */
  readonly maxPending?: number | undefined;
  /** Keeps the name of the device. Default: localStorage on a page, else none. Null: none. */
  readonly deviceStorage?: KeyValueStorage | null | undefined;
  /** Keeps the positions, so that a reload resumes. Default: sessionStorage on a page, else none. Null: none. */
  readonly positionStorage?: KeyValueStorage | null | undefined;
  /** What the keys of both storages begin with; default `switchboard`. Two clients of one user on one page need two. */
  readonly storageKey?: string | undefined;
  /** Where to say what happens: any of debug, info, warn and error. */
  readonly logger?: Partial<Logger> | undefined;
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
  /** Looked up when it is needed, since a page may be rendered on a server that never connects. */
  readonly device: () => string | undefined;
  readonly start: StartWish | undefined;
  readonly channels: readonly string[];
  readonly resume: Readonly<Record<StreamKey, number>>;
  readonly isAckManual: boolean;
  readonly maxPending: number;
  readonly positionStorage: () => KeyValueStorage | undefined;
  readonly storageKey: string;
  readonly log: Log;
  /** Undefined: the platform's own, looked up when it is needed. */
  readonly WebSocket: WebSocketConstructor | undefined;
  readonly backoff: BackoffBounds;
  readonly stableAfterMs: number;
  readonly handshakeTimeoutMs: number;
  readonly tokenTimeoutMs: number;
}

const STARTS: readonly unknown[] = ['unacked', 'now', 'earliest'] satisfies readonly StartWish[];

function demand(isMet: boolean, rule: string): void {
  if (!isMet) throw clientError('invalid_option', rule);
}

/** `value` if it is a number of milliseconds, `defaultMs` if it is undefined. Throws a ClientError `invalid_option`. */
export function durationMs(name: string, value: number | undefined, defaultMs: number): number {
  const ms = value ?? defaultMs;
  demand(Number.isFinite(ms) && ms >= 0, `${name} must be a number of milliseconds.`);
  return ms;
}

function storageOf(name: string, given: KeyValueStorage | null | undefined, page: PageStorageName): () => KeyValueStorage | undefined {
  if (given === null) return () => undefined;
  if (given === undefined) return () => pageStorage(page);
  demand(typeof given.getItem === 'function' && typeof given.setItem === 'function', `${name} must have getItem and setItem.`);
  return () => forgiving(() => given);
}

/** Checks the options and fills in the defaults. Throws a ClientError `invalid_option`. */
export function resolveOptions(options: ClientOptions): ResolvedOptions {
  const { url, token, device, start, channels = [], resume = {}, ack = 'auto', maxPending = 1_000, backoff = {} } = options;
  const { storageKey = 'switchboard' } = options;
  demand(typeof url === 'string' && url !== '', 'url must be the address of the endpoint.');
  demand(typeof token === 'function' || (typeof token === 'string' && token !== ''), 'token must be a JWT or a function that gives one.');
  demand(
    device === undefined || device === null || (typeof device === 'string' && isDevice(device)),
    'device must be 1–64 of [A-Za-z0-9._-], or null.',
  );
  demand(start === undefined || STARTS.includes(start), 'start must be unacked, now or earliest.');
  demand(
    Array.isArray(channels) && channels.every((channel) => typeof channel === 'string' && isChannel(channel)),
    'channels must each be 1–128 of [A-Za-z0-9._:@~-].',
  );
  demand(typeof resume === 'object', 'resume must be a seq per stream.');
  for (const [stream, seq] of Object.entries(resume)) demand(isSeq(seq), `resume["${stream}"] must be a seq.`);
  demand(['auto', 'manual'].includes(ack), 'ack must be auto or manual.');
  demand(Number.isInteger(maxPending) && maxPending > 0, 'maxPending must be a whole number from 1.');
  demand(typeof storageKey === 'string', 'storageKey must be a text.');
  demand(['function', 'undefined'].includes(typeof options.WebSocket), 'WebSocket must be a constructor.');
  const deviceStorage = storageOf('deviceStorage', options.deviceStorage, 'localStorage');
  const lookUpDevice = (): string | undefined => {
    const storage = deviceStorage();
    return storage && deviceName(storage, `${storageKey}:device`);
  };
  return {
    url,
    token: typeof token === 'function' ? token : () => token,
    canRefreshToken: typeof token === 'function',
    device: device === undefined ? lookUpDevice : () => device ?? undefined,
    start,
    channels,
    resume,
    isAckManual: ack === 'manual',
    maxPending,
    positionStorage: storageOf('positionStorage', options.positionStorage, 'sessionStorage'),
    storageKey,
    log: logTo(options.logger),
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
