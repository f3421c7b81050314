import { connectionStream, targetOf, type StreamKey } from '@switchboard/protocol';
import { encodeMessageFrame, type EphemeralEvent } from '@switchboard/protocol/events';
import { type ClientConnection } from '../connections/client-connection';
import { type ConnectionIndex } from '../connections/connection-index';
import { textFrame } from '../frames/web-socket-frame';
import { type AnswerWaits } from '../waits/answer-waits';
import { type DropReason, type EphemeralMessage } from './ephemeral-message';
import { type FanOutEphemeral } from './fan-out-ephemeral';
import { type WriteEphemeral } from './write-ephemeral';

/** What ephemeral messages are delivered by. */
export interface DeliverEphemeralParts {
  readonly connections: Pick<ConnectionIndex, 'byId' | 'ofUser'>;
  readonly writer: Pick<WriteEphemeral, 'write'>;
  readonly fanOut: Pick<FanOutEphemeral, 'write'>;
  readonly answerWaits: Pick<AnswerWaits, 'answer'>;
  /** The database's clock, in milliseconds since 1970. */
  readonly databaseNowMs: () => number;
  readonly dropped: (reason: DropReason) => void;
}

/** Writes ephemeral messages to those of their target's connections that are here and ready. */
export class DeliverEphemeral {
  constructor(private readonly parts: DeliverEphemeralParts) {}

  /** Returns whether anybody it is for is here. */
  deliver(event: EphemeralEvent): boolean {
    if (event.expiresAtMs <= this.parts.databaseNowMs()) {
      this.parts.dropped('expired');
      return false;
    }
    return 'connection' in event.to ? this.toConnection(event, event.to.connection) : this.toStream(event, event.to.stream);
  }

  private toConnection(event: EphemeralEvent, id: string): boolean {
    const connection = this.parts.connections.byId(id);
    if (connection?.phase !== 'ready') return false;
    const isWritten = this.parts.writer.write(connection.socket, messageOf(event, connectionStream(id)));
    if (isWritten && event.wait !== undefined) this.parts.answerWaits.answer(event.wait, connection);
    return true;
  }

  private toStream(event: EphemeralEvent, stream: StreamKey): boolean {
    let { wait } = event;
    return this.parts.fanOut.write(messageOf(event, stream), ({ sink }) => {
      if (wait === undefined) return;
      const connection = this.connectionsOf(stream).find(({ socket }) => socket === sink);
      if (connection === undefined) return;
      this.parts.answerWaits.answer(wait, connection);
      wait = undefined;
    });
  }

  private connectionsOf(stream: StreamKey): readonly ClientConnection[] {
    const target = targetOf(stream);
    return target !== undefined && 'user' in target ? this.parts.connections.ofUser(target.user) : [];
  }
}

function messageOf(event: EphemeralEvent, stream: StreamKey): EphemeralMessage {
  const { id, timeMs, expiresAtMs, conflateKey, content } = event;
  return { stream, expiresAtMs, conflateKey, frame: textFrame(encodeMessageFrame({ stream, id, timeMs, content })) };
}
