import { SUBPROTOCOL, type ClientFrame, type HelloFrame, type ReadyFrame, type ServerFrame } from '@switchboard/protocol';
import { Alarm } from './alarm';
import { clientError, type ClientError } from './client-error';
import type { Clock } from './clock';
import type { ResolvedOptions } from './options';
import { readServerFrame } from './server-frames';
import { platformWebSocket, type WebSocketLike } from './web-socket';

/** How a connection ended. */
export interface Ending {
  /** The close code; 1006 where no close frame came. */
  readonly code: number;
  readonly reason: string;
  /** The server asked for at least this much patience. */
  readonly retryAfterMs?: number | undefined;
  /** Set where another attempt must fail in the same way. */
  readonly fatal?: ClientError;
}

/** What a connection tells of itself. After `onEnd` it is silent. */
export interface ConnectionListener {
  /** The hello for a socket that has just opened. */
  hello(token: string): HelloFrame;
  onReady(connection: Connection, ready: ReadyFrame): void;
  /** A frame for the layers above, and its text: all but ready, ping and pong; before ready only errors. */
  onFrame(connection: Connection, frame: ServerFrame, text: string): void;
  onError(error: ClientError): void;
  onEnd(connection: Connection, ending: Ending): void;
}

/** The code of a socket that ended without a close frame (RFC 6455, 7.4.1). */
export const ABNORMAL_CLOSURE = 1006;

/** The code of a socket that was closed because nobody needed it any more. */
export const NORMAL_CLOSURE = 1000;

// The server speaks up at least once an interval. After one and a half it is asked, after two and a half it is given up.
const ASK_AFTER_INTERVALS = 1.5;
const GIVE_UP_AFTER_INTERVALS = 1;

// Where there is reason to doubt: several round trips of a bad mobile network.
const PROBE_TIMEOUT_MS = 5_000;

/**
 * One attempt and what becomes of it: token → socket → hello → ready → end. Each step has a deadline; each exit leads to one `onEnd`, except
 * `leave()`, which is the exit of those who know already.
 *
 * Liveness rests on what is heard. Pings are answered from the message handler, so a hidden tab that runs no timers stays connected; and a tab
 * that wakes up asks first, since what the server said meanwhile may still be queued behind the timer.
 */
export class Connection {
  readonly #options: ResolvedOptions;
  readonly #clock: Clock;
  readonly #listener: ConnectionListener;
  readonly #alarm: Alarm;
  #socket: WebSocketLike | undefined;
  #hello: HelloFrame | undefined;
  #ready: ReadyFrame | undefined;
  #hasEnded = false;
  #heardAtMs = 0;
  #failure = '';
  #retryAfterMs: number | undefined;

  constructor(options: ResolvedOptions, clock: Clock, listener: ConnectionListener) {
    this.#options = options;
    this.#clock = clock;
    this.#listener = listener;
    this.#alarm = new Alarm(clock);
  }

  /** What this connection said in its hello; undefined before. */
  get hello(): HelloFrame | undefined {
    return this.#hello;
  }

  /** What the server answered; undefined before. */
  get ready(): ReadyFrame | undefined {
    return this.#ready;
  }

  /** Begins; called once. */
  open(): void {
    void this.#open();
  }

  /** Writes a frame; only once ready. */
  send(frame: ClientFrame): void {
    this.sendText(JSON.stringify(frame));
  }

  /** The same, with the text of the frame. */
  sendText(frame: string): void {
    this.#socket?.send(frame);
  }

  /** Asks the server, if it is ready, whether it is there, and gives up after 5 s without a word. */
  probe(): void {
    if (this.#ready && !this.#hasEnded) this.#ask(this.#ready.pingIntervalMs, PROBE_TIMEOUT_MS);
  }

  /** Closes the socket and says nothing more. */
  leave(reason: string): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#alarm.clear();
    const socket = this.#socket;
    if (!socket) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    // Closing a socket that is still opening makes the ws package emit an error, which throws where nobody listens.
    socket.onerror = () => undefined;
    socket.close(NORMAL_CLOSURE, reason);
  }

  async #open(): Promise<void> {
    const { token: askForToken, tokenTimeoutMs, handshakeTimeoutMs } = this.#options;
    this.#endAfter(tokenTimeoutMs, 'the token callback took too long');
    let token: string;
    try {
      token = await askForToken();
      if (typeof token !== 'string' || token === '') throw new TypeError('it gave no token');
    } catch (cause) {
      if (this.#hasEnded) return;
      this.#listener.onError(clientError('token_failed', cause instanceof Error ? cause.message : undefined, { cause }));
      this.#end({ code: ABNORMAL_CLOSURE, reason: 'no token' });
      return;
    }
    if (this.#hasEnded) return;
    this.#endAfter(handshakeTimeoutMs, 'the server was not ready in time');
    this.#dial(token);
  }

  #dial(token: string): void {
    const Socket = this.#options.WebSocket ?? platformWebSocket();
    if (!Socket) {
      const fatal = clientError('no_web_socket');
      this.#end({ code: ABNORMAL_CLOSURE, reason: fatal.message, fatal });
      return;
    }
    let socket: WebSocketLike;
    try {
      socket = new Socket(this.#options.url, [SUBPROTOCOL]);
    } catch (cause) {
      // A URL that no socket takes, or one that the page's security policy forbids: it will not get better.
      const fatal = clientError('invalid_option', cause instanceof Error ? cause.message : undefined, { cause });
      this.#end({ code: ABNORMAL_CLOSURE, reason: fatal.message, fatal });
      return;
    }
    this.#socket = socket;
    socket.onopen = () => {
      this.#hello = this.#listener.hello(token);
      socket.send(JSON.stringify(this.#hello));
    };
    socket.onmessage = (event: { readonly data: unknown }) => {
      this.#hear(event.data);
    };
    // A close event always follows. Browsers say nothing more of the cause; the ws package does.
    socket.onerror = (event: { readonly message?: unknown }) => {
      if (typeof event.message === 'string') this.#failure = event.message;
    };
    socket.onclose = (event: { readonly code: number; readonly reason: string }) => {
      this.#end({ code: event.code, reason: event.reason || this.#failure, retryAfterMs: this.#retryAfterMs });
    };
  }

  #hear(data: unknown): void {
    this.#heardAtMs = this.#clock.nowMs();
    const frame = readServerFrame(data);
    if (frame === 'unknown') return;
    if (frame === 'malformed') {
      this.#listener.onError(clientError('bad_server_frame'));
      return;
    }
    switch (frame.type) {
      case 'ping':
        this.send({ type: 'pong' });
        return;
      case 'pong':
        return;
      case 'ready':
        this.#becomeReady(frame);
        return;
      case 'error':
        if (frame.id === undefined) this.#retryAfterMs = frame.retryAfterMs;
        this.#listener.onFrame(this, frame, data as string);
        return;
      case 'message':
      case 'gap':
      case 'ok':
      case 'goaway':
        if (this.#ready) this.#listener.onFrame(this, frame, data as string);
    }
  }

  #becomeReady(frame: ReadyFrame): void {
    if (this.#ready || !this.#hello) return;
    this.#ready = frame;
    this.#watch(frame.pingIntervalMs, frame.pingIntervalMs * ASK_AFTER_INTERVALS);
    this.#listener.onReady(this, frame);
  }

  /** Looks again in `inMs`; restarts instead of setting a timer for each message. */
  #watch(intervalMs: number, inMs: number): void {
    this.#alarm.set(inMs, () => {
      const quietMs = this.#clock.nowMs() - this.#heardAtMs;
      const askAfterMs = intervalMs * ASK_AFTER_INTERVALS;
      if (quietMs < askAfterMs) {
        this.#watch(intervalMs, askAfterMs - quietMs);
        return;
      }
      this.#ask(intervalMs, intervalMs * GIVE_UP_AFTER_INTERVALS);
    });
  }

  #ask(intervalMs: number, patienceMs: number): void {
    const askedAtMs = this.#clock.nowMs();
    this.send({ type: 'ping' });
    this.#alarm.set(patienceMs, () => {
      if (this.#heardAtMs < askedAtMs) this.#fail('the server is silent');
      else this.#watch(intervalMs, 0);
    });
  }

  #endAfter(timeoutMs: number, reason: string): void {
    this.#alarm.set(timeoutMs, () => {
      this.#fail(reason);
    });
  }

  #fail(reason: string): void {
    this.leave(reason);
    this.#listener.onEnd(this, { code: ABNORMAL_CLOSURE, reason, retryAfterMs: this.#retryAfterMs });
  }

  #end(ending: Ending): void {
    // A listener that was told of the failure may have closed the client.
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#alarm.clear();
    this.#listener.onEnd(this, ending);
  }
}
