import { type Socket } from 'node:net';
import { type WebSocket } from 'ws';
import { type Close, type ServerFrame } from '@switchboard/protocol';
import { type Frame, type FrameSink } from '../streams/subscription';
import { type TickWriter } from './tick-writer';
import { serverFrame } from './web-socket-frame';

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

  constructor(
    private readonly webSocket: WebSocket,
    private readonly writer: TickWriter,
    private readonly limits: SocketLimits,
  ) {
    this.socket = (webSocket as unknown as WebSocketWithSocket)._socket;
  }

  /** The raw socket's `drain` comes when all that waited has been taken. */
  onDrain(listener: () => void): void {
    this.socket?.on('drain', listener);
  }

  write(frame: Frame): boolean {
    const { socket } = this;
    if (socket === null || this.webSocket.readyState !== this.webSocket.OPEN) return true;
    this.writer.write(socket, frame);
    return socket.writableLength <= this.limits.bufferBytes;
  }

  /** Says something to the client. */
  send(frame: ServerFrame): void {
    this.write(serverFrame(frame));
  }

  /** Closes with a code; what was written before still goes out. A client that does not answer is cut off by ws after 30 s. */
  close({ code, reason }: Close): void {
    this.webSocket.close(code, reason);
  }

  /** Cuts the connection at once. */
  terminate(): void {
    this.webSocket.terminate();
  }
}
