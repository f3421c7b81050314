import { type IncomingMessage } from 'node:http';
import { type WebSocket } from 'ws';
import { type Metrics } from '@switchboard/observability';
import { SwitchboardError } from '@switchboard/protocol';
import { type GatewayOptions } from '../gateway-options';
import { ClientSocket } from '../sockets/client-socket';
import { type Admission } from '../sockets/connect-endpoint';
import { TickWriter } from '../sockets/tick-writer';
import { type LocalStreams } from '../streams/local-streams';
import { ClientConnection } from './client-connection';
import { type Connections } from './connections';
import { type HandleFrame } from './handle-frame';

const BEARER = /^Bearer +(\S+) *$/i;
const CONNECTION = Symbol('connection');
const ADMISSION = Symbol('admission');

interface AdmittedWebSocket extends WebSocket {
  [CONNECTION]: ClientConnection;
  [ADMISSION]: AdmitSocket;
}

/** What is needed to take sockets. */
export interface AdmitSocketParts {
  readonly connections: Connections;
  readonly handleFrame: HandleFrame;
  readonly streams: LocalStreams;
  readonly metrics: Metrics;
  /** Whether this server can take connections now. */
  readonly isAdmitting: () => boolean;
  readonly options: Pick<GatewayOptions, 'mostConnections' | 'socketBufferBytes'>;
}

/** Takes sockets while there is room: each becomes a connection. Its listeners are shared functions, which saves a kilobyte a socket. */
export class AdmitSocket implements Admission {
  private readonly writer = new TickWriter();

  constructor(private readonly parts: AdmitSocketParts) {}

  refusal(): SwitchboardError | undefined {
    const { connections, isAdmitting, options } = this.parts;
    if (!isAdmitting()) return new SwitchboardError('unavailable', 'This server takes no connections at the moment.');
    if (connections.size >= options.mostConnections)
      return new SwitchboardError('overloaded', 'This server has as many connections as it may have.');
    return undefined;
  }

  refused({ code }: SwitchboardError): void {
    this.parts.metrics.set.connectionsRefused.inc({ reason: code });
  }

  admit(webSocket: WebSocket, request: IncomingMessage): void {
    const socket = new ClientSocket(webSocket, this.writer, { bufferBytes: this.parts.options.socketBufferBytes });
    const connection = new ClientConnection(socket, BEARER.exec(request.headers.authorization ?? '')?.[1]);
    const admitted = Object.assign(webSocket, { [CONNECTION]: connection, [ADMISSION]: this }) as AdmittedWebSocket;
    admitted.on('message', onMessage);
    admitted.on('ping', onHeard);
    admitted.on('pong', onHeard);
    admitted.on('close', onClose);
    admitted.on('error', onError);
    socket.onDrain(() => {
      this.drained(connection);
    });
    this.parts.connections.add(connection);
  }

  message(connection: ClientConnection, bytes: Buffer, isBinary: boolean): void {
    this.heard(connection);
    this.parts.handleFrame.handle(connection, bytes, isBinary);
    connection.socket.readOnlyWhileRoom();
  }

  heard(connection: ClientConnection): void {
    this.parts.connections.heard(connection);
  }

  closed(connection: ClientConnection, code: number): void {
    this.parts.connections.end(connection, code);
  }

  private drained({ subscriptions }: ClientConnection): void {
    for (const [stream, subscription] of subscriptions) {
      if (subscription.state === 'paused') this.parts.streams.drained(stream, subscription);
    }
  }
}

function onMessage(this: WebSocket, data: Buffer | ArrayBuffer | Buffer[], isBinary: boolean): void {
  const socket = this as AdmittedWebSocket;
  socket[ADMISSION].message(socket[CONNECTION], data as Buffer, isBinary);
}

function onHeard(this: WebSocket): void {
  const socket = this as AdmittedWebSocket;
  socket[ADMISSION].heard(socket[CONNECTION]);
}

function onClose(this: WebSocket, code: number): void {
  const socket = this as AdmittedWebSocket;
  socket[ADMISSION].closed(socket[CONNECTION], code);
}

function onError(): void {
  // A frame that breaks the WebSocket protocol, or a broken network: ws closes with the right code, and `close` follows.
}
