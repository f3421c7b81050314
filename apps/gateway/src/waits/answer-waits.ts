import { targetOf, type StreamKey } from '@switchboard/protocol';
import { type Wait } from '@switchboard/protocol/events';
import { type OwnSlot, type SendReply } from '@switchboard/routing';
import { type ClientConnection } from '../connections/client-connection';
import { type ConnectionIndex } from '../connections/connection-index';
import { type LocalStreams } from '../streams/local-streams';
import { AckWatches } from './ack-watches';

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
 * Tells those who wait what becomes of a message to a user: that it was written to a socket of this server, or acknowledged by it. Where that
 * has happened already they hear it at once. A message is watched until its deadline; who waits hears nothing else from here.
 */
export class AnswerWaits {
  private readonly acks = new AckWatches();
  private watched = 0;

  constructor(private readonly parts: AnswerWaitsParts) {}

  /** How many messages are watched. */
  get size(): number {
    return this.watched;
  }

  /** To be called when the event of message `seq` has been delivered here. */
  watch(stream: StreamKey, seq: number, wait: Wait): void {
    const connections = this.connectionsOf(stream);
    const isPast = wait.until === 'acked' ? hasAcknowledged(seq) : hasBeenSent(stream, seq);
    const past = connections.find(isPast);
    const user = connections[0]?.identity?.user;
    if (past !== undefined) this.answer(wait, past);
    else if (user === undefined) return;
    else if (wait.until === 'acked') this.watchUntilAcknowledged(user, seq, wait);
    else this.watchUntilWritten(stream, seq, wait);
  }

  /** To be called when a connection has acknowledged all up to `seq`. */
  acknowledged({ identity }: ClientConnection, seq: number): void {
    if (identity !== undefined) this.acks.acknowledged(identity.user, seq, identity.device);
  }

  /** Says that what somebody waits for has happened on a connection. */
  answer(wait: Wait, { identity }: ClientConnection): void {
    this.tell(wait, identity?.device);
  }

  private tell(wait: Wait, device: string | undefined): void {
    this.parts.sendReply.send(wait, { name: 'outcome', outcome: wait.until, ...(device === undefined ? {} : { device }) });
  }

  private watchUntilAcknowledged(user: string, seq: number, wait: Wait): void {
    this.watchUntilDeadline(wait, (ended) =>
      this.acks.add(user, seq, (device) => {
        ended();
        this.tell(wait, device);
      }),
    );
  }

  private watchUntilWritten(stream: StreamKey, seq: number, wait: Wait): void {
    this.watchUntilDeadline(wait, (ended) =>
      this.parts.streams.watch(stream, seq, (subscription) => {
        ended();
        const connection = this.connectionsOf(stream).find(({ subscriptions }) => subscriptions.get(stream) === subscription);
        if (connection !== undefined) this.answer(wait, connection);
      }),
    );
  }

  /** @param begin begins to watch and says how to end that; calls `ended` when there is nothing more to watch */
  private watchUntilDeadline(wait: Wait, begin: (ended: () => void) => () => void): void {
    const { own, mostWatches, dropped } = this.parts;
    const remainingMs = Math.min(LONGEST_WATCH_MS, wait.deadlineMs - (Date.now() + own.databaseOffsetMs));
    if (remainingMs <= 0) return;
    if (this.watched >= mostWatches) {
      dropped();
      return;
    }
    this.watched += 1;
    const unwatch = begin(() => {
      clearTimeout(timer);
      this.watched -= 1;
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

function hasAcknowledged(seq: number): (connection: ClientConnection) => boolean {
  return ({ acked }) => acked >= seq;
}

/** What a connection has resumed behind counts as written: it was, if not to this socket. */
function hasBeenSent(stream: StreamKey, seq: number): (connection: ClientConnection) => boolean {
  return ({ subscriptions }) => {
    const subscription = subscriptions.get(stream);
    return subscription !== undefined && subscription.state !== 'starting' && subscription.position >= seq;
  };
}
