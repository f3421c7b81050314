import { CLOSE, SwitchboardError } from '@switchboard/protocol';
import { type Acknowledge } from '../acknowledgements/acknowledge';
import { serverFrame } from '../frames/web-socket-frame';
import { decodeClientFrame, FrameError, type DecodedFrame } from './client-frame';
import { type ClientConnection } from './client-connection';
import { errorFrame } from '../frames/error-frame';
import { type FollowChannel } from './follow-channel';
import { type OpenConnection } from './open-connection';
import { type RefreshToken } from './refresh-token';
import { type SendMessage } from './send-message';

/** A client that goes on breaking the protocol is closed. */
const MOST_VIOLATIONS = 3;
/** What a client may have asked for and not been answered yet. */
const MOST_WAITING_REQUESTS = 200;

const PONG = serverFrame({ type: 'pong' });

/** Who takes which frame. */
export interface HandleFrameParts {
  readonly openConnection: Pick<OpenConnection, 'open'>;
  readonly followChannel: Pick<FollowChannel, 'subscribe' | 'unsubscribe'>;
  readonly acknowledge: Pick<Acknowledge, 'handle'>;
  readonly refreshToken: Pick<RefreshToken, 'refresh'>;
  readonly sendMessage: Pick<SendMessage, 'send'>;
  readonly helloCame: (connection: ClientConnection) => void;
}

/** Takes the frames of a client, in order, and answers or passes them on. */
export class HandleFrame {
  constructor(private readonly parts: HandleFrameParts) {}

  /** Never throws: what is wrong with a frame is told to the client that sent it. */
  handle(connection: ClientConnection, bytes: Buffer, isBinary: boolean): void {
    if (connection.hasEnded) return;
    try {
      this.dispatch(connection, decodeClientFrame(bytes, isBinary));
    } catch (error) {
      if (!(error instanceof FrameError)) throw error;
      this.refuse(connection, error);
    }
  }

  private dispatch(connection: ClientConnection, frame: DecodedFrame): void {
    switch (frame.type) {
      case 'ping':
        connection.socket.write(PONG);
        return;
      case 'pong':
        return; // That something came is all that counts.
      case 'hello':
        if (connection.phase !== 'new') throw helloExpected('Hello comes once.');
        connection.phase = 'opening';
        this.parts.helloCame(connection);
        this.enqueue(connection, undefined, () => this.parts.openConnection.open(connection, frame));
        return;
      case 'ack':
        if (connection.phase === 'new') throw helloExpected('The first frame must be hello.');
        this.parts.acknowledge.handle(connection, frame);
        return;
      case 'send':
        if (connection.phase === 'new') throw helloExpected('The first frame must be hello.', frame.id);
        this.begin(connection, frame.id, async () => {
          if (connection.phase === 'ready') await this.parts.sendMessage.send(connection, frame);
        });
        return;
      case 'token':
      case 'subscribe':
      case 'unsubscribe':
        if (connection.phase === 'new') throw helloExpected('The first frame must be hello.', frame.id);
        this.enqueue(connection, frame.id, async () => {
          if (connection.phase !== 'ready') return;
          if (frame.type === 'token') await this.parts.refreshToken.refresh(connection, frame);
          else if (frame.type === 'subscribe') await this.parts.followChannel.subscribe(connection, frame);
          else this.parts.followChannel.unsubscribe(connection, frame);
        });
    }
  }

  private enqueue({ requests }: ClientConnection, id: number | undefined, request: () => Promise<void>): void {
    if (!requests.add(request, MOST_WAITING_REQUESTS)) throw tooManyWait(id);
  }

  private begin({ requests }: ClientConnection, id: number, request: () => Promise<void>): void {
    if (!requests.begin(request, MOST_WAITING_REQUESTS)) throw tooManyWait(id);
  }

  private refuse(connection: ClientConnection, error: FrameError): void {
    const { socket } = connection;
    socket.send(errorFrame(error.problem, error.id === undefined ? {} : { id: error.id }));
    if (error.type === 'hello' && connection.phase === 'new') {
      // It will not get better by itself: who says no hello is told to come back, but who says a wrong one is to stay away.
      connection.close(CLOSE.protocolError);
      return;
    }
    if (!error.isViolation) return;
    connection.violations += 1;
    if (connection.violations >= MOST_VIOLATIONS) connection.close(CLOSE.protocolError);
  }
}

function tooManyWait(id: number | undefined): FrameError {
  return new FrameError(new SwitchboardError('overloaded', 'Too many requests of this connection wait.'), id, false);
}

function helloExpected(message: string, id?: number): FrameError {
  return new FrameError(new SwitchboardError('hello_expected', message), id, true);
}
