import { type IncomingMessage } from 'node:http';
import { type WebSocket } from 'ws';
import { spread } from '@switchboard/limits';
import { type Metrics } from '@switchboard/observability';
import { CLOSE, SwitchboardError } from '@switchboard/protocol';
import { errorFrame } from '../frames/error-frame';
import { type WriteEphemeral } from '../ephemeral/write-ephemeral';
import { type GatewayOptions } from '../gateway-options';
import { ClientSocket } from '../sockets/client-socket';
import { type Admission, type UpgradeRefusal } from '../sockets/connect-endpoint';
import { AddressCounts } from '../sockets/address-counts';
import { ClientAddress } from '../sockets/client-address';
import { TickWriter } from '../sockets/tick-writer';
import { type LocalStreams } from '../streams/local-streams';
import { CheckUpgrade } from './check-upgrade';
import { ClientConnection } from './client-connection';
import { type Connections } from './connections';
import { connectionRates, FrameRates, type ConnectionRates, type RateVerdict } from './frame-rates';
import { type HandleFrame } from './handle-frame';

const BEARER = /^Bearer +(\S+) *$/i;
/** When a client that was closed for its rate may come back. */
const CLOSED_RETRY_AFTER_MS = 5_000;
const CONNECTION = Symbol('connection');
const ADMISSION = Symbol('admission');
const ADDRESS = Symbol('address');

interface AdmittedWebSocket extends WebSocket {
  [CONNECTION]: ClientConnection;
  [ADMISSION]: AdmitSocket;
  [ADDRESS]: string;
}

/** What is needed to take sockets. */
export interface AdmitSocketParts {
  readonly connections: Connections;
  readonly handleFrame: HandleFrame;
  readonly streams: LocalStreams;
  readonly writeEphemeral: Pick<WriteEphemeral, 'drained' | 'forget'>;
  readonly metrics: Metrics;
  /** Whether this server can take connections now. */
  readonly isAdmitting: () => boolean;
  readonly options: GatewayOptions;
}

/** Takes sockets while there is room: each becomes a connection. Its listeners are shared functions, which saves a kilobyte a socket. */
export class AdmitSocket implements Admission {
  private readonly writer = new TickWriter();
  private readonly addresses = new AddressCounts();
  private readonly clientAddress: ClientAddress;
  private readonly checkUpgrade: CheckUpgrade;
  private readonly rates: ConnectionRates;

  constructor(private readonly parts: AdmitSocketParts) {
    const { connections, isAdmitting, options } = parts;
    this.clientAddress = new ClientAddress(options.trustedProxies);
    this.checkUpgrade = new CheckUpgrade({ isAdmitting, connections: () => connections.size, addresses: this.addresses }, options);
    this.rates = connectionRates(options);
  }

  refusal(request: IncomingMessage): UpgradeRefusal | undefined {
    const refusal = this.checkUpgrade.refusal(request, this.addressOf(request));
    if (refusal === undefined) return undefined;
    const { connectionsRefused, limitsReached } = this.parts.metrics.set;
    connectionsRefused.inc({ reason: refusal.error.code });
    limitsReached.inc({ limit: refusal.limit });
    return refusal;
  }

  admit(webSocket: WebSocket, request: IncomingMessage): void {
    const socket = new ClientSocket(webSocket, this.writer, { bufferBytes: this.parts.options.socketBufferBytes });
    const connection = new ClientConnection(socket, BEARER.exec(request.headers.authorization ?? '')?.[1], new FrameRates(this.rates));
    const address = this.addressOf(request);
    const admitted = Object.assign(webSocket, { [CONNECTION]: connection, [ADMISSION]: this, [ADDRESS]: address }) as AdmittedWebSocket;
    this.addresses.add(address);
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
    this.heard(connection, bytes.length);
    this.parts.handleFrame.handle(connection, bytes, isBinary);
    connection.socket.readOnlyWhileRoom();
  }

  /** A frame has come, of the client or of the WebSocket protocol itself. */
  heard(connection: ClientConnection, bytes: number): void {
    this.parts.connections.heard(connection);
    const verdict = connection.rates?.frame(bytes);
    if (verdict !== undefined && verdict.kind !== 'fine' && !connection.hasEnded) this.slowDown(connection, verdict);
  }

  closed(connection: ClientConnection, code: number, address: string): void {
    this.addresses.remove(address);
    this.parts.connections.end(connection, code);
    this.parts.writeEphemeral.forget(connection.socket);
  }

  private slowDown(connection: ClientConnection, verdict: Exclude<RateVerdict, { kind: 'fine' }>): void {
    const retryAfterMs = verdict.kind === 'told' ? verdict.retryAfterMs : spread(CLOSED_RETRY_AFTER_MS);
    this.parts.metrics.set.limitsReached.inc({ limit: 'frames' });
    connection.socket.send(errorFrame(new SwitchboardError('rate_limited'), { retryAfterMs }));
    if (verdict.kind === 'over') connection.close(CLOSE.rateLimited);
  }

  /** Without a limit nobody needs to know. */
  private addressOf(request: IncomingMessage): string {
    return this.parts.options.mostConnectionsPerAddress === 0 ? '' : this.clientAddress.of(request);
  }

  private drained({ socket, subscriptions }: ClientConnection): void {
    // First what would soon be worth nothing: the log can wait, and fills the socket anew.
    this.parts.writeEphemeral.drained(socket);
    for (const [stream, subscription] of subscriptions) {
      if (subscription.state === 'paused') this.parts.streams.drained(stream, subscription);
    }
  }
}

function onMessage(this: WebSocket, data: Buffer | ArrayBuffer | Buffer[], isBinary: boolean): void {
  const socket = this as AdmittedWebSocket;
  socket[ADMISSION].message(socket[CONNECTION], data as Buffer, isBinary);
}

function onHeard(this: WebSocket, data: Buffer): void {
  const socket = this as AdmittedWebSocket;
  socket[ADMISSION].heard(socket[CONNECTION], data.length);
}

function onClose(this: WebSocket, code: number): void {
  const socket = this as AdmittedWebSocket;
  socket[ADMISSION].closed(socket[CONNECTION], code, socket[ADDRESS]);
}

function onError(): void {
  // A frame that breaks the WebSocket protocol, or a broken network: ws closes with the right code, and `close` follows.
}
