import { type Socket } from 'node:net';
import { type WebSocket } from 'ws';
import { type Close, type ServerFrame } from '@switchboard/protocol';
import { type Frame } from '../frames/web-socket-frame';
import { type FrameSink } from '../streams/subscription';
import { type TickWriter } from './tick-writer';
import { serverFrame } from '../frames/web-socket-frame';

/** How the bytes of a socket are limited. */
export interface SocketLimits {
  /** What may wait in the process to be taken by the network before the subscriptions of the socket pause. */
  readonly bufferBytes: number;
}

/** What is behind the public face of ws 8: the raw socket, to which prepared frames are written. */
interface WebSocketWithSocket {
  readonly _socket: Socket | null;
}

/**
 * One client's socket: writes frames, tells when it is full, closes with a code. Frames that are prepared go to the raw socket, past ws,
 * which would frame each anew; that keeps their order since ws itself queues nothing without compression.
 */
export class ClientSocket implements FrameSink {
  private readonly socket: Socket | null;
  private takenBytes = 0;

  constructor(
    private readonly webSocket: WebSocket,
    private readonly writer: TickWriter,
    private readonly limits: SocketLimits,
  ) {
    this.socket = (webSocket as unknown as WebSocketWithSocket)._socket;
  }

  /** Calls `listener` when all that waited has been taken. */
  onDrain(listener: () => void): void {
    this.socket?.on('drain', () => {
      this.webSocket.resume();
      listener();
    });
  }

  /**
   * Takes nothing more from a client that does not take our answers, until the socket has drained: else they would pile up here. TCP makes
   * the client wait.
   */
  readOnlyWhileRoom(): void {
    if (!this.hasRoom) this.webSocket.pause();
  }

  /** Whether the network took anything since the last call: all that can be known of a client that is not read. */
  hasTakenMore(): boolean {
    const { socket } = this;
    if (socket === null) return false;
    const takenBytes = socket.bytesWritten - socket.writableLength;
    const hasTaken = takenBytes > this.takenBytes;
    this.takenBytes = takenBytes;
    return hasTaken;
  }

  /** Whether nothing is read at the moment. */
  get isPaused(): boolean {
    return this.webSocket.isPaused;
  }

  /** Below its own high-water mark (16 or 64 KiB, by the version of Node) a socket never says that it has drained: there it has room, whatever the limit. */
  get hasRoom(): boolean {
    const { socket } = this;
    return socket === null || socket.writableLength <= Math.max(this.limits.bufferBytes, socket.writableHighWaterMark);
  }

  write(frame: Frame): boolean {
    const { socket } = this;
    if (socket === null || this.webSocket.readyState !== this.webSocket.OPEN) return true;
    this.writer.write(socket, frame);
    return this.hasRoom;
  }

  /** Says something to the client. */
  send(frame: ServerFrame): void {
    this.write(serverFrame(frame));
  }

  /** Closes with a code; what was written before still goes out. A client that does not answer is cut off (see ConnectEndpoint). */
  close({ code, reason }: Close): void {
    this.webSocket.close(code, reason);
  }

  /** Cuts the connection at once. */
  terminate(): void {
    this.webSocket.terminate();
  }
}
