import { SUBPROTOCOL, type ClientFrame, type HelloFrame, type ServerFrame } from '@switchboard/protocol';
import type { AddressInfo } from 'node:net';
import { WebSocketServer, type WebSocket } from 'ws';
import { waitFor } from './wait-for';

/** One socket as the server sees it. */
export class FakeSession {
  readonly frames: ClientFrame[] = [];
  readonly socket: WebSocket;
  readonly subprotocol: string;
  isClosed = false;

  constructor(socket: WebSocket) {
    this.socket = socket;
    this.subprotocol = socket.protocol;
    socket.on('close', () => {
      this.isClosed = true;
    });
    socket.on('error', () => undefined);
  }

  get hello(): HelloFrame | undefined {
    return this.frames.find((frame) => frame.type === 'hello');
  }

  send(frame: ServerFrame): void {
    this.sendText(JSON.stringify(frame));
  }

  sendText(text: string): void {
    this.socket.send(text);
  }

  /** Sends a ready for user 42 with these starts. */
  ready(streams: Readonly<Record<string, number>> = {}, pingIntervalMs = 25_000, connection = 'c1'): void {
    this.send({
      type: 'ready',
      connection,
      server: 's1',
      user: '42',
      streams: Object.fromEntries(Object.entries(streams).map(([stream, after]) => [stream, { after }])),
      pingIntervalMs,
      limits: { frameBytes: 81_920, dataBytes: 65_536, subscriptions: 100 },
    });
  }

  /** Sends the durable message number `seq`. */
  message(stream: string, seq: number, data: unknown = seq): void {
    this.send({ type: 'message', stream, seq, after: seq - 1, id: `${stream}/${String(seq)}`, time: '2026-01-01T00:00:00Z', data });
  }

  /** Sends the durable messages `from` to `through`. */
  sendMessages(stream: string, from: number, through: number): void {
    for (let seq = from; seq <= through; seq += 1) this.message(stream, seq);
  }

  /** What this session acknowledged of `stream`, in the order of the frames. */
  acks(stream: string): number[] {
    return this.frames.flatMap((frame) => (frame.type === 'ack' ? [frame.streams[stream] ?? Number.NaN] : []));
  }

  /** The frame of that type number `count`, counted from 1, once it is there. */
  async frame<Type extends ClientFrame['type']>(type: Type, count = 1): Promise<Extract<ClientFrame, { type: Type }>> {
    const isOfType = (frame: ClientFrame): frame is Extract<ClientFrame, { type: Type }> => frame.type === type;
    return waitFor(`${type} frame ${String(count)}`, () => this.frames.filter(isOfType)[count - 1]);
  }

  async closed(): Promise<void> {
    await waitFor('the close of a session', () => this.isClosed);
  }
}

/** A WebSocket server that says what the test tells it to. */
export class FakeServer {
  readonly sessions: FakeSession[] = [];
  readonly #server: WebSocketServer;

  /** `onHello` plays the server's part; without it the test answers by itself. */
  private constructor(server: WebSocketServer, onHello?: (session: FakeSession, hello: HelloFrame) => void) {
    this.#server = server;
    server.on('connection', (socket) => {
      const session = new FakeSession(socket);
      this.sessions.push(session);
      socket.on('message', (data: Buffer) => {
        const frame = JSON.parse(data.toString()) as ClientFrame;
        session.frames.push(frame);
        if (frame.type === 'hello') onHello?.(session, frame);
      });
    });
  }

  static async start(onHello?: (session: FakeSession, hello: HelloFrame) => void): Promise<FakeServer> {
    const server = new WebSocketServer({
      host: '127.0.0.1',
      port: 0,
      handleProtocols: (offered) => (offered.has(SUBPROTOCOL) ? SUBPROTOCOL : false),
    });
    const fake = new FakeServer(server, onHello);
    await new Promise<void>((resolve) => server.once('listening', resolve));
    return fake;
  }

  get url(): string {
    return `ws://127.0.0.1:${String((this.#server.address() as AddressInfo).port)}/v1/connect`;
  }

  /** The first session; throws if there is none yet. */
  get first(): FakeSession {
    const [session] = this.sessions;
    if (!session) throw new Error('No client has come yet');
    return session;
  }

  /** The session number `count`, counted from 1, once it has said hello. */
  async session(count = 1): Promise<FakeSession> {
    return waitFor(`session ${String(count)}`, () => {
      const session = this.sessions[count - 1];
      return session?.hello && session;
    });
  }

  async stop(): Promise<void> {
    for (const { socket } of this.sessions) socket.terminate();
    await new Promise<void>((resolve) => {
      this.#server.close(() => {
        resolve();
      });
    });
  }
}
