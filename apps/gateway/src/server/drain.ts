import { systemTimers, type Timers } from '@switchboard/database';
import { CLOSE, type GoawayFrame } from '@switchboard/protocol';
import { type ClientConnection } from '../connections/client-connection';
import { PacedWork } from '../pacing/paced-work';

/** How often it looks for connections that were still being opened. */
const LOOK_AGAIN_MS = 1_000;
/** Clients that are asked at once come back within this time, not all in one moment. */
const SPREAD_MS = 1_000;

/** How clients are asked to leave. */
export interface DrainOptions {
  /** All have been asked by then. */
  readonly drainWindowMs: number;
  /** How long after it was asked a client's socket is closed. */
  readonly goawayWithinMs: number;
}

/** What a drain works on. */
export interface DrainParts {
  /** All connections that are there at this moment. */
  readonly connections: () => readonly ClientConnection[];
  /** A client was asked to leave. */
  readonly asked: () => void;
  readonly timers?: Timers;
  readonly random?: () => number;
}

/**
 * Empties a server without a stampede: it admits no more, asks its clients to go elsewhere, spread over a window, and closes each socket
 * that is still there a while after it was asked.
 *
 *     start → ask in batches over the window → look for those that were being opened, until none is left → nothing
 *
 * It stays empty until the process ends.
 */
export class Drain {
  private readonly timers: Timers;
  private readonly random: () => number;
  private readonly wereAsked = new WeakSet<ClientConnection>();
  private readonly alarms = new Set<() => void>();
  private work: PacedWork<ClientConnection> | undefined;
  private hasBegun = false;

  constructor(
    private readonly parts: DrainParts,
    private readonly options: DrainOptions,
  ) {
    this.timers = parts.timers ?? systemTimers;
    this.random = parts.random ?? Math.random;
  }

  /** Whether the server is being emptied, or is empty: then nobody may be admitted any more. */
  get isDraining(): boolean {
    return this.hasBegun;
  }

  /** Begins; again, it goes on as it is. */
  start(): void {
    if (this.hasBegun) return;
    this.hasBegun = true;
    this.askAll();
  }

  /** Asks and closes nobody any more: the server goes down. */
  stop(): void {
    this.work?.stop();
    for (const cancel of this.alarms) cancel();
  }

  private askAll(): void {
    const items = this.parts.connections().filter((connection) => !this.wereAsked.has(connection));
    const perSecond = Math.max(1, (items.length * 1_000) / this.options.drainWindowMs);
    this.work = new PacedWork({
      items,
      perSecond,
      timers: this.timers,
      act: (connection) => {
        this.ask(connection);
      },
      done: () => {
        this.lookAgain();
      },
    });
    this.work.start();
  }

  private ask(connection: ClientConnection): void {
    const { phase } = connection;
    if (phase === 'ended' || phase === 'opening') return; // The latter is asked once it is ready.
    this.wereAsked.add(connection);
    if (phase === 'new') {
      connection.close(CLOSE.goingAway);
      return;
    }
    const { goawayWithinMs: withinMs } = this.options;
    const inMs = Math.round(this.random() * Math.min(SPREAD_MS, withinMs / 2));
    const frame: GoawayFrame = { type: 'goaway', inMs, withinMs, reason: 'drain' };
    connection.socket.send(frame);
    this.parts.asked();
    this.after(withinMs, () => {
      if (!connection.hasEnded) connection.close(CLOSE.goingAway);
    });
  }

  private lookAgain(): void {
    if (this.parts.connections().every((connection) => connection.hasEnded || this.wereAsked.has(connection))) return;
    this.after(LOOK_AGAIN_MS, () => {
      this.askAll();
    });
  }

  private after(delayMs: number, run: () => void): void {
    const cancel = this.timers.after(delayMs, () => {
      this.alarms.delete(cancel);
      run();
    });
    this.alarms.add(cancel);
  }
}
