import { SwitchboardError, userStream, type AckFrame } from '@switchboard/protocol';
import { type ClientConnection } from '../connections/client-connection';
import { errorFrame } from '../frames/error-frame';
import { type KeepAcknowledgements } from './keep-acknowledgements';

/** What an acknowledgement leads to. */
export interface AcknowledgeParts {
  readonly keep: Pick<KeepAcknowledgements, 'keep'>;
  /** Hears of it at once. */
  readonly acknowledged: (connection: ClientConnection, seq: number) => void;
  readonly refused: () => void;
}

/**
 * Takes acknowledgements: for the user's own stream, and never beyond what the connection was sent, where its start counts as sent. Each
 * stream of a frame is judged by itself; one that is refused changes nothing, and the client is told. One that goes back means nothing.
 */
export class Acknowledge {
  constructor(private readonly parts: AcknowledgeParts) {}

  /** Never throws. */
  handle(connection: ClientConnection, { streams }: AckFrame): void {
    for (const [stream, seq] of Object.entries(streams)) {
      if (seq <= sentTo(connection, stream)) {
        this.take(connection, seq);
        continue;
      }
      this.parts.refused();
      connection.socket.send(errorFrame(new SwitchboardError('ack_out_of_range'), { stream }));
    }
  }

  private take(connection: ClientConnection, seq: number): void {
    const { identity } = connection;
    if (identity === undefined || seq <= connection.acked) return;
    connection.acked = seq;
    this.parts.keep.keep({ user: identity.user, device: identity.device, seq });
    this.parts.acknowledged(connection, seq);
  }
}

/** The highest seq that can be acknowledged; below 0 for a stream whose messages cannot. */
function sentTo({ identity, phase, subscriptions }: ClientConnection, stream: string): number {
  if (phase !== 'ready' || identity === undefined || stream !== userStream(identity.user)) return -1;
  const subscription = subscriptions.get(stream);
  return subscription === undefined || subscription.state === 'starting' ? -1 : subscription.position;
}
