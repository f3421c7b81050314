import { STATUS_CODES, type IncomingMessage, type Server } from 'node:http';
import { type Duplex } from 'node:stream';
import { type ServerOptions, WebSocketServer, type WebSocket } from 'ws';
import { ERRORS, SUBPROTOCOL, type Close, type SwitchboardError } from '@switchboard/protocol';
import { errorFrame } from '../frames/error-frame';
import { type GatewayOptions } from '../gateway-options';

/** How long a client may take to answer a close before it is cut off: nobody counts it any more, and a server that leaves waits for it. */
const CLOSE_TIMEOUT_MS = 1_000;
/** Refused sockets that may be there only to be told; beyond it browsers learn no more than that the upgrade failed. */
const MOST_REFUSED_SOCKETS = 1_000;
/** Of one message; each costs more memory than the bytes it brings. A client is closed with 1008 beyond it. */
const MOST_FRAGMENTS = 1_024;
const SECOND_MS = 1_000;

/** Why an upgrade is refused, and how whoever asked for it is told. */
export interface UpgradeRefusal {
  /** Its status is that of the HTTP answer. */
  readonly error: SwitchboardError;
  readonly close: Close;
  /** When it may be different; absent: waiting does not help. */
  readonly retryAfterMs?: number;
}

/** Decides about upgrades and takes the sockets. */
export interface Admission {
  /** Why this socket is not taken; undefined: it is, and `admit` follows. */
  refusal(request: IncomingMessage): UpgradeRefusal | undefined;
  admit(webSocket: WebSocket, request: IncomingMessage): void;
}

/**
 * The WebSocket endpoint on an HTTP server. Who is refused hears why: a browser by an error frame and a close code, since it cannot see the
 * answer to an upgrade; others by the HTTP status.
 */
export class ConnectEndpoint {
  private readonly webSockets: WebSocketServer;
  private refusedSockets = 0;

  constructor(
    private readonly admission: Admission,
    { frameBytes }: Pick<GatewayOptions, 'frameBytes'>,
  ) {
    const options: ServerOptions & { readonly closeTimeout: number; readonly maxFragments: number } = {
      noServer: true,
      clientTracking: false,
      perMessageDeflate: false,
      maxPayload: frameBytes,
      maxFragments: MOST_FRAGMENTS,
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
    const refusal = this.admission.refusal(request);
    if (refusal === undefined) {
      this.webSockets.handleUpgrade(request, socket, head, (webSocket) => {
        this.admission.admit(webSocket, request);
      });
      return;
    }
    if (request.headers.origin === undefined || this.refusedSockets >= MOST_REFUSED_SOCKETS) refuse(socket, refusal);
    else this.refuseSoThatBrowsersSee(request, socket, head, refusal);
  }

  private refuseSoThatBrowsersSee(request: IncomingMessage, socket: Duplex, head: Buffer, refusal: UpgradeRefusal): void {
    const { error, close, retryAfterMs } = refusal;
    this.webSockets.handleUpgrade(request, socket, head, (webSocket) => {
      this.refusedSockets += 1;
      webSocket.on('close', () => (this.refusedSockets -= 1));
      webSocket.on('error', ignoreBrokenSocket);
      webSocket.send(JSON.stringify(errorFrame(error, retryAfterMs === undefined ? {} : { retryAfterMs })));
      webSocket.close(close.code, close.reason);
    });
  }
}

function refuse(socket: Duplex, { error, retryAfterMs }: UpgradeRefusal): void {
  const entry = ERRORS[error.code];
  const status = 'status' in entry ? entry.status : 503;
  const retryAfter = retryAfterMs === undefined ? '' : `Retry-After: ${String(Math.ceil(retryAfterMs / SECOND_MS))}\r\n`;
  const text = `HTTP/1.1 ${String(status)} ${STATUS_CODES[status] ?? ''}\r\n${retryAfter}Content-Length: 0\r\nConnection: close\r\n\r\n`;
  // Node lets the other side keep its half open, and times nothing out after an upgrade.
  socket.end(text, () => socket.destroy());
}

function ignoreBrokenSocket(): void {
  // The client went away; `close` follows, and there is nobody left to tell.
}
