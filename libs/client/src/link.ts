import {
  CLOSE,
  mayReconnect,
  type ClientFrame,
  type GoawayFrame,
  type HelloFrame,
  type ReadyFrame,
  type ServerFrame,
} from '@switchboard/protocol';
import { Alarm } from './alarm';
import { Backoff } from './backoff';
import { clientError, type ClientError } from './client-error';
import type { Clock } from './clock';
import { ABNORMAL_CLOSURE, Connection, NORMAL_CLOSURE, type ConnectionListener, type Ending } from './connection';
import type { ClientState, StateChange } from './events';
import type { ResolvedOptions } from './options';

/** What the link needs from, and tells, the client above it. */
export interface LinkListener {
  hello(token: string): HelloFrame;
  /** `ready` is the answer to `hello`; frames come from this connection alone from now on. */
  onReady(ready: ReadyFrame, hello: HelloFrame): void;
  onFrame(frame: ServerFrame, text: string): void;
  /** The connection is gone and there is no other yet. */
  onLost(): void;
  onError(error: ClientError): void;
  /** No more attempts; comes before the state event. */
  onClosed(error: ClientError): void;
  onState(change: StateChange): void;
}

// A server that asks for more patience than this is not believed: the client would look dead.
const LONGEST_ASKED_WAIT_MS = 3_600_000;

// The clients behind one network come back with it, but not in one moment.
const WAKE_JITTER_MS = 250;

/**
 * Keeps one live connection. It holds at most an active connection, a candidate that may become it, and one timer for the next candidate:
 *
 * | active | candidate | timer | state |
 * |---|---|---|---|
 * | – | – | – | idle, closed |
 * | – | yes | – | connecting |
 * | – | – | yes | waiting |
 * | yes | – | – | ready |
 * | yes | – | yes | ready, about to move (goaway, or a candidate failed) |
 * | yes | yes | – | ready, moving: the old connection is left when the new one is ready |
 * | – | – | – | paused: by pause(), until unpause() |
 *
 * Only the active connection is listened to, so a move needs no merging: what the new one repeats is dropped by its position.
 */
export class Link {
  readonly #options: ResolvedOptions;
  readonly #clock: Clock;
  readonly #listener: LinkListener;
  readonly #alarm: Alarm;
  readonly #backoff: Backoff;
  readonly #random: () => number;
  readonly #connectionListener: ConnectionListener;
  #state: ClientState = 'idle';
  #active: Connection | undefined;
  #candidate: Connection | undefined;
  #readyAtMs = 0;
  // A server asked for patience until then.
  #notBeforeMs = 0;
  #attempts = 0;
  // One return or move without backoff; earned back by a stable connection, lest a fleet that sends everybody away makes clients spin.
  #mayHurry = true;

  constructor(options: ResolvedOptions, clock: Clock, listener: LinkListener, random: () => number = Math.random) {
    this.#options = options;
    this.#clock = clock;
    this.#listener = listener;
    this.#alarm = new Alarm(clock);
    this.#backoff = new Backoff(options.backoff, random);
    this.#random = random;
    this.#connectionListener = {
      hello: (token) => {
        const old = this.ready;
        return old ? { ...listener.hello(token), replaces: old.connection } : listener.hello(token);
      },
      onReady: (connection, ready) => {
        this.#promote(connection, ready);
      },
      onFrame: (connection, frame, text) => {
        this.#onFrame(connection, frame, text);
      },
      onError: (error) => {
        listener.onError(error);
      },
      onEnd: (connection, ending) => {
        this.#onEnd(connection, ending);
      },
    };
  }

  get state(): ClientState {
    return this.#state;
  }

  /** The ready frame of the active connection; undefined if there is none. */
  get ready(): ReadyFrame | undefined {
    return this.#active?.ready;
  }

  /** Begins to connect; does nothing while it is at it, or connected. */
  start(): void {
    if (this.#state !== 'idle' && this.#state !== 'closed') return;
    this.#attempts = 0;
    this.#attempt();
  }

  /** Ends everything. */
  stop(code: number, reason: string, error: ClientError): void {
    if (this.#state === 'closed') return;
    this.#drop(reason);
    this.#state = 'closed';
    this.#listener.onClosed(error);
    this.#listener.onState({ state: 'closed', code, reason });
  }

  /** Sends on the active connection; false if there is none. */
  send(frame: ClientFrame): boolean {
    this.#active?.send(frame);
    return this.#active !== undefined;
  }

  /** Leaves the active connection and comes back, with backoff. */
  renew(reason: string): void {
    const active = this.#active;
    if (!active) return;
    active.leave(reason);
    this.#onEnd(active, { code: ABNORMAL_CLOSURE, reason });
  }

  /** The same, with the text of the frame. */
  sendText(frame: string): void {
    this.#active?.sendText(frame);
  }

  /**
   * The network or the page is back. A client that waits comes back at once, unless a server asked for patience; one that is ready makes sure
   * that it is.
   */
  wake(): void {
    this.#active?.probe();
    if (this.#state === 'waiting') this.#attemptIn(Math.max(this.#notBeforeMs - this.#clock.nowMs(), this.#random() * WAKE_JITTER_MS));
  }

  /** Leaves the active connection, and does not come back before unpause(). */
  pause(): void {
    if (this.#state !== 'ready') return;
    this.#drop('paused');
    this.#state = 'paused';
    this.#listener.onLost();
    this.#listener.onState({ state: 'paused' });
  }

  /** Comes back after a random wait of at most the backoff's base, which bounds how often a client pauses. */
  unpause(): void {
    if (this.#state === 'paused') this.#waitAndReturn(this.#random() * this.#options.backoff.baseMs, NORMAL_CLOSURE, 'paused');
  }

  /** Leaves all connections and stops the timer. */
  #drop(reason: string): void {
    this.#alarm.clear();
    const leaving = [this.#candidate, this.#active];
    this.#candidate = this.#active = undefined;
    for (const connection of leaving) connection?.leave(reason);
  }

  #attemptIn(ms: number): void {
    this.#alarm.set(ms, () => {
      this.#attempt();
    });
  }

  #attempt(): void {
    this.#attempts += 1;
    const candidate = new Connection(this.#options, this.#clock, this.#connectionListener);
    this.#candidate = candidate;
    if (!this.#active) this.#tellConnecting();
    // A listener may have closed the client meanwhile.
    if (this.#candidate === candidate) candidate.open();
  }

  #tellConnecting(): void {
    this.#state = 'connecting';
    this.#listener.onState({ state: 'connecting', attempt: this.#attempts });
  }

  #promote(connection: Connection, ready: ReadyFrame): void {
    const old = this.#active;
    this.#active = connection;
    this.#candidate = undefined;
    old?.leave('moved');
    this.#readyAtMs = this.#clock.nowMs();
    this.#attempts = 0;
    this.#state = 'ready';
    this.#listener.onReady(ready, connection.hello ?? { type: 'hello' });
    if (this.#active !== connection) return;
    this.#listener.onState({ state: 'ready', connectionId: ready.connection, serverId: ready.server, user: ready.user });
  }

  #onFrame(connection: Connection, frame: ServerFrame, text: string): void {
    if (frame.type === 'goaway') {
      if (connection === this.#active) this.#moveSoon(frame);
    } else if (connection === this.#active || frame.type === 'error') {
      this.#listener.onFrame(frame, text);
    }
  }

  #moveSoon({ inMs }: GoawayFrame): void {
    if (this.#candidate) return;
    this.#settle();
    const waitMs = this.#mayHurry ? 0 : this.#backoff.nextMs();
    this.#mayHurry = false;
    this.#attemptIn(Math.max(Math.min(inMs, LONGEST_ASKED_WAIT_MS), waitMs));
  }

  #onEnd(connection: Connection, ending: Ending): void {
    if (connection === this.#active) {
      this.#settle();
      this.#active = undefined;
      this.#listener.onLost();
    } else {
      this.#candidate = undefined;
    }
    const fatal = this.#fatal(ending);
    if (fatal) this.stop(ending.code, ending.reason, fatal);
    else if (this.#candidate) this.#tellConnecting();
    else this.#comeBack(ending);
  }

  #fatal({ code, reason, fatal }: Ending): ClientError | undefined {
    if (fatal) return fatal;
    // It is our own new connection that has replaced the old one.
    if (code === CLOSE.replaced.code && this.#candidate) return undefined;
    const isStale = code === CLOSE.tokenExpired.code && !this.#options.canRefreshToken;
    return mayReconnect(code) && !isStale ? undefined : clientError('refused', `${String(code)}: ${reason}`, { closeCode: code });
  }

  #comeBack({ code, reason, retryAfterMs = 0 }: Ending): void {
    const patienceMs = Math.min(retryAfterMs, LONGEST_ASKED_WAIT_MS);
    this.#notBeforeMs = this.#clock.nowMs() + patienceMs;
    this.#waitAndReturn(this.#returnDelayMs(code, patienceMs), code, reason);
  }

  #waitAndReturn(delayMs: number, code: number, reason: string): void {
    this.#attemptIn(delayMs);
    if (this.#active) return;
    this.#state = 'waiting';
    this.#listener.onState({ state: 'waiting', delayMs, code, reason });
  }

  #returnDelayMs(code: number, patienceMs: number): number {
    if (code === CLOSE.tokenExpired.code && this.#mayHurry) {
      this.#mayHurry = false;
      return 0;
    }
    // On top of what the server asked for, so that those it asked the same do not all come at once.
    return patienceMs + this.#backoff.nextMs();
  }

  /** The active connection has done its duty, if it was ready for a while: what went wrong before it is forgotten. */
  #settle(): void {
    if (this.#clock.nowMs() - this.#readyAtMs < this.#options.stableAfterMs) return;
    this.#backoff.reset();
    this.#mayHurry = true;
  }
}
