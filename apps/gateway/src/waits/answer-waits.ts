import { targetOf, type StreamKey } from '@switchboard/protocol';
import { type Wait } from '@switchboard/protocol/events';
import { type OwnSlot, type SendReply } from '@switchboard/routing';
import { type ClientConnection } from '../connections/client-connection';
import { type ConnectionIndex } from '../connections/connection-index';
import { type LocalStreams } from '../streams/local-streams';

/** Longer than anybody may wait (30 s), whatever a clock says. */
const LONGEST_WATCH_MS = 60_000;

/** What answers are made from. */
export interface AnswerWaitsParts {
  readonly streams: Pick<LocalStreams, 'watch'>;
  readonly connections: Pick<ConnectionIndex, 'ofUser'>;
  readonly sendReply: Pick<SendReply, 'send'>;
  /** For the clock of the database. */
  readonly own: Pick<OwnSlot, 'databaseOffsetMs'>;
  /** How many messages may be watched at once. */
  readonly mostWatches: number;
  /** A message is not watched since as many as may be are. */
  readonly dropped: () => void;
}

/**
 * Tells those who wait what becomes of a message to a user: that it was written to a socket of this server. Where it has been written
 * already they hear it at once. A message is watched until its deadline; who waits hears nothing else from here.
 */
export class AnswerWaits {
  private watched = 0;

  constructor(private readonly parts: AnswerWaitsParts) {}

  /** How many messages are watched. */
  get size(): number {
    return this.watched;
  }

  /** To be called when the event of message `seq` has been delivered here. */
  watch(stream: StreamKey, seq: number, wait: Wait): void {
    if (wait.until !== 'written') return;
    const connections = this.connectionsOf(stream);
    const past = connections.find(({ subscriptions }) => isPast(subscriptions.get(stream), seq));
    if (past !== undefined) this.answer(wait, past);
    else if (connections.length > 0) this.watchUntilWritten(stream, seq, wait);
  }

  /** Says that a message was written to a connection. */
  answer(wait: Wait, { identity }: ClientConnection): void {
    const device = identity?.device;
    this.parts.sendReply.send(wait, { name: 'outcome', outcome: 'written', ...(device === undefined ? {} : { device }) });
  }

  private watchUntilWritten(stream: StreamKey, seq: number, wait: Wait): void {
    const { streams, own, mostWatches, dropped } = this.parts;
    const remainingMs = Math.min(LONGEST_WATCH_MS, wait.deadlineMs - (Date.now() + own.databaseOffsetMs));
    if (remainingMs <= 0) return;
    if (this.watched >= mostWatches) {
      dropped();
      return;
    }
    this.watched += 1;
    const unwatch = streams.watch(stream, seq, (subscription) => {
      clearTimeout(timer);
      this.watched -= 1;
      const connection = this.connectionsOf(stream).find(({ subscriptions }) => subscriptions.get(stream) === subscription);
      if (connection !== undefined) this.answer(wait, connection);
    });
    const timer = setTimeout(() => {
      this.watched -= 1;
      unwatch();
    }, remainingMs).unref();
  }

  private connectionsOf(stream: StreamKey): readonly ClientConnection[] {
    const target = targetOf(stream);
    return target !== undefined && 'user' in target ? this.parts.connections.ofUser(target.user) : [];
  }
}

/** What a connection has resumed behind counts as written: it was, if not to this socket. */
function isPast(subscription: { readonly state: string; readonly position: number } | undefined, seq: number): boolean {
  return subscription !== undefined && subscription.state !== 'starting' && subscription.position >= seq;
}
