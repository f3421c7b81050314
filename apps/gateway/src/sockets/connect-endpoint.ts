import { type IncomingMessage, type Server } from 'node:http';
import { type Duplex } from 'node:stream';
import { type ServerOptions, WebSocketServer, type WebSocket } from 'ws';
import { CLOSE, SUBPROTOCOL, type SwitchboardError } from '@switchboard/protocol';
import { errorFrame } from '../frames/error-frame';
import { type GatewayOptions } from '../gateway-options';

const RETRY_AFTER_MS = 1_000;
/** How long a client may take to answer a close before it is cut off: nobody counts it any more, and a server that leaves waits for it. */
const CLOSE_TIMEOUT_MS = 1_000;

/** Decides about upgrades and takes the sockets. */
export interface Admission {
  /** Why no further socket can be taken now; undefined: it can. */
  refusal(): SwitchboardError | undefined;
  admit(webSocket: WebSocket, request: IncomingMessage): void;
  refused(error: SwitchboardError): void;
}

/**
 * The WebSocket endpoint on an HTTP server. Who is refused hears why: a browser by an error frame and a close code, since it cannot see the
 * answer to an upgrade; others by the HTTP status.
 */
export class ConnectEndpoint {
  private readonly webSockets: WebSocketServer;

  constructor(
    private readonly admission: Admission,
    { frameBytes }: Pick<GatewayOptions, 'frameBytes'>,
  ) {
    const options: ServerOptions & { readonly closeTimeout: number } = {
      noServer: true,
      clientTracking: false,
      perMessageDeflate: false,
      maxPayload: frameBytes,
      closeTimeout: CLOSE_TIMEOUT_MS,
      handleProtocols: (offered) => (offered.has(SUBPROTOCOL) ? SUBPROTOCOL : false),
    };
    this.webSockets = new WebSocketServer(options);
  }

  /** Takes the upgrades of a server whose requests are `ConnectRequest`. */
  attach(server: Server): void {
    server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      socket.on('error', ignoreBrokenSocket);
      this.upgrade(request, socket, head);
    });
  }

  private upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const refusal = this.admission.refusal();
    if (refusal === undefined) {
      this.webSockets.handleUpgrade(request, socket, head, (webSocket) => {
        this.admission.admit(webSocket, request);
      });
      return;
    }
    this.admission.refused(refusal);
    if (request.headers.origin === undefined) {
      refuse(socket);
      return;
    }
    this.webSockets.handleUpgrade(request, socket, head, (webSocket) => {
      webSocket.on('error', ignoreBrokenSocket);
      webSocket.send(JSON.stringify(errorFrame(refusal, { retryAfterMs: RETRY_AFTER_MS })));
      webSocket.close(CLOSE.overloaded.code, CLOSE.overloaded.reason);
    });
  }
}

function refuse(socket: Duplex): void {
  const seconds = String(RETRY_AFTER_MS / 1_000);
  const text = `HTTP/1.1 503 Service Unavailable\r\nRetry-After: ${seconds}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`;
  // Node lets the other side keep its half open, and times nothing out after an upgrade.
  socket.end(text, () => socket.destroy());
}

function ignoreBrokenSocket(): void {
  // The client went away; `close` follows, and there is nobody left to tell.
}
