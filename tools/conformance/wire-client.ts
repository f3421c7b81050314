import { WebSocket } from 'ws';
import { hasFields, Mismatch, shown, type Fields } from './checks';
import { eventually } from './eventually';

const SHOWN_FRAMES = 4;

/** How a client connects. */
export interface WireOptions {
  readonly headers?: Readonly<Record<string, string>>;
  readonly subprotocols?: readonly string[];
}

/** A frame of the server, as JSON reads it. */
export type Frame = Fields & { readonly type: string };

/** A client that knows nothing but the wire: it keeps every frame as it came, and answers nothing by itself. */
export class WireClient {
  readonly frames: Frame[] = [];
  /** The same frames, as they were written. */
  readonly texts: string[] = [];
  closed: { readonly code: number; readonly reason: string } | undefined;
  /** The HTTP status of an upgrade that was refused. */
  refusedWith: number | undefined;
  readonly socket: WebSocket;

  constructor(url: string, { headers = {}, subprotocols = ['switchboard.v1'] }: WireOptions = {}) {
    this.socket = new WebSocket(url, [...subprotocols], { headers });
    this.socket.on('message', (data: Buffer) => {
      const text = data.toString('utf8');
      this.texts.push(text);
      this.frames.push(JSON.parse(text) as Frame);
    });
    this.socket.on('close', (code, reason) => (this.closed = { code, reason: reason.toString() }));
    this.socket.on('unexpected-response', (_request, response) => {
      this.refusedWith = response.statusCode;
      this.socket.terminate();
    });
    this.socket.on('error', () => undefined); // `close` follows, and tells what there is to tell.
  }

  /** Resolves once the socket is open. */
  async open(): Promise<this> {
    await eventually('an open socket', () => (this.socket.readyState === WebSocket.OPEN ? true : undefined));
    return this;
  }

  /** Sends a frame; text and bytes as they are. */
  send(frame: object | string): void {
    this.socket.send(typeof frame === 'string' || Buffer.isBuffer(frame) ? frame : JSON.stringify(frame));
  }

  /** Resolves with the first frame that has these fields. */
  async frame(expected: Fields, patienceMs?: number): Promise<Frame> {
    try {
      return await eventually('it', () => this.frames.find((frame) => hasFields(frame, expected)), patienceMs);
    } catch (error) {
      if (!(error instanceof Mismatch)) throw error;
      const closed = this.closed === undefined ? '' : ` and close ${String(this.closed.code)}`;
      throw new Mismatch(`expected a frame with ${shown(expected)}, saw ${shown(this.frames.slice(-SHOWN_FRAMES))}${closed}`, {
        cause: error,
      });
    }
  }

  /** Resolves with so many messages and gaps of a stream, once they have come. */
  streamed(stream: string, least: number): Promise<readonly Frame[]> {
    return eventually(`${String(least)} messages or gaps of ${stream}`, () => {
      const found = this.streamedSoFar(stream);
      return found.length >= least ? found : undefined;
    });
  }

  /** The messages and gaps of a stream that have come. */
  streamedSoFar(stream: string): readonly Frame[] {
    return this.frames.filter((frame) => (frame.type === 'message' || frame.type === 'gap') && frame['stream'] === stream);
  }

  /** The text of the first frame with these fields. */
  textOf(expected: Fields): string {
    return this.texts[this.frames.findIndex((frame) => hasFields(frame, expected))] ?? '';
  }

  /** Resolves once the server has answered a ping: whatever it wrote before has come. */
  async roundTrip(): Promise<void> {
    const pongs = (): number => this.frames.filter(({ type }) => type === 'pong').length;
    const before = pongs();
    this.send({ type: 'ping' });
    await eventually('a pong', () => (pongs() > before ? true : undefined));
  }

  /** Resolves with the code that the server closes with. */
  async closeCode(patienceMs?: number): Promise<number> {
    return (await eventually('the socket to be closed', () => this.closed, patienceMs)).code;
  }

  /** Cuts the connection. */
  end(): void {
    this.socket.terminate();
  }
}
