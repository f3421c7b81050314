import type { ErrorFrame, OkFrame, TokenFrame } from '@switchboard/protocol';
import { Alarm } from './alarm';
import { clientError, type ClientError } from './client-error';
import type { Clock } from './clock';
import { readTokenClaims } from './token-claims';
import type { ResolvedOptions } from './options';

// Early enough for a hidden page, whose timers run once a minute; but never in the first three quarters of a token's life.
const MARGIN_MS = 60_000;
const LARGEST_MARGIN_SHARE = 1 / 4;
// The clients of one moment, such as a deploy, do not all ask in one moment.
const JITTER_SHARE = 1 / 2;
// However short-lived tokens seem: a clock on the wall that is wrong makes them seem so.
const SHORTEST_WAIT_MS = 5_000;

/** What the renewal needs of the client. */
export interface TokenRenewalContext {
  readonly options: Pick<ResolvedOptions, 'token' | 'tokenTimeoutMs' | 'canRefreshToken'>;
  readonly clock: Clock;
  readonly nextId: () => number;
  /** False while no connection is ready. */
  readonly send: (frame: TokenFrame) => boolean;
  readonly onError: (error: ClientError) => void;
  readonly random?: () => number;
  /** Milliseconds since 1970, as the clock on the wall says. */
  readonly wallMs?: () => number;
}

/**
 * Gives a living connection a fresh token before the old one expires, where the application gave a function to ask. What fails, or
 * gives the same token again, is tried again in half the time that is left, down to 5 s; after that the server closes the connection, and a new one brings the new token.
 */
export class TokenRenewal {
  readonly #context: TokenRenewalContext;
  readonly #alarm: Alarm;
  readonly #random: () => number;
  readonly #wallMs: () => number;
  #token: string | undefined;
  /** On the clock of the context. */
  #expiresAtMs = 0;
  /** Counts the connections and tokens, so that an answer that comes late is known as such. */
  #round = 0;
  #request: { readonly id: number; readonly token: string } | undefined;

  constructor(context: TokenRenewalContext) {
    this.#context = context;
    this.#alarm = new Alarm(context.clock);
    this.#random = context.random ?? Math.random;
    this.#wallMs = context.wallMs ?? Date.now;
  }

  /** The server has accepted this token just now. */
  onAccepted(token: string): void {
    this.stop();
    this.#token = token;
    if (!this.#context.options.canRefreshToken) return;
    const leftMs = this.#leftMs(token);
    if (leftMs === undefined) return;
    this.#expiresAtMs = this.#context.clock.nowMs() + leftMs;
    const marginMs = Math.min(MARGIN_MS, leftMs * LARGEST_MARGIN_SHARE);
    this.#askIn(Math.max(SHORTEST_WAIT_MS, leftMs - marginMs * (1 + this.#random() * JITTER_SHARE)));
  }

  onOk({ id }: OkFrame): void {
    if (this.#request?.id === id) this.onAccepted(this.#request.token);
  }

  onError({ id }: ErrorFrame): void {
    if (id !== undefined && this.#request?.id === id) this.#retry();
  }

  /** The connection is gone: the next one brings a token of its own. */
  stop(): void {
    this.#round += 1;
    this.#request = undefined;
    this.#alarm.clear();
  }

  /** How long the token lives. A clock on the wall that is wrong enough to call it dead is not asked. */
  #leftMs(token: string): number | undefined {
    const { expiresAtMs, issuedAtMs } = readTokenClaims(token);
    if (expiresAtMs === undefined) return undefined;
    const leftMs = expiresAtMs - this.#wallMs();
    if (leftMs > 0) return leftMs;
    return issuedAtMs !== undefined && expiresAtMs > issuedAtMs ? expiresAtMs - issuedAtMs : undefined;
  }

  #askIn(ms: number): void {
    this.#alarm.set(ms, () => {
      void this.#ask();
    });
  }

  #retry(): void {
    this.#round += 1;
    this.#request = undefined;
    const inMs = (this.#expiresAtMs - this.#context.clock.nowMs()) / 2;
    if (inMs >= SHORTEST_WAIT_MS) this.#askIn(inMs);
  }

  async #ask(): Promise<void> {
    const { options, nextId, send, onError } = this.#context;
    this.#round += 1;
    const round = this.#round;
    this.#alarm.set(options.tokenTimeoutMs, () => {
      this.#retry();
    });
    try {
      const token = await options.token();
      if (round !== this.#round) return;
      if (typeof token !== 'string' || token === '') throw new TypeError('it gave no token');
      if (token === this.#token) {
        this.#retry();
        return;
      }
      const request = { id: nextId(), token };
      if (send({ type: 'token', ...request })) this.#request = request;
    } catch (cause) {
      if (round !== this.#round) return;
      onError(clientError('token_failed', cause instanceof Error ? cause.message : undefined, { cause }));
      this.#retry();
    }
  }
}
