import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { waitFor } from '@switchboard/testing';
import { closePayload, OPCODE, rawFrame, takeServerFrame, type ServerRawFrame } from './raw-frames';

const KEY = 'dGhlIHNhbXBsZSBub25jZQ==';
const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
const ACCEPT = createHash('sha1').update(`${KEY}${GUID}`).digest('base64');
const HEAD_END = '\r\n\r\n';

/** How it connects. */
export interface RawWebSocketOptions {
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent together with the request, before there is an answer. */
  readonly early?: Buffer;
  /** Whether it ends its side of the connection once the server closes; default: true. */
  readonly answersClose?: boolean;
}

/** What a server answered to the frames of a client, until it closed the connection. */
export interface Conversation {
  /** Without the close. */
  readonly frames: readonly ServerRawFrame[];
  /** Of its close frame; undefined: there was none, null: it had no code. */
  readonly closeCode: number | null | undefined;
  readonly closeReason: string | undefined;
}

/** A client that writes what it is told to, and reads frames; it has no notion of what is allowed. */
export class RawWebSocket {
  readonly frames: ServerRawFrame[] = [];
  private bytes: Buffer = Buffer.alloc(0);
  private hasEnded = false;
  private fault: Error | undefined;

  private constructor(
    private readonly socket: Socket,
    /** The head of the answer to the upgrade. */
    readonly head: string,
    rest: Buffer,
    private readonly answersClose: boolean,
  ) {
    socket.on('data', (bytes: Buffer) => {
      this.take(bytes);
    });
    socket.on('close', () => (this.hasEnded = true));
    this.take(rest);
  }

  /** Connects to a `ws:` address; throws unless the answer is a right one. */
  static async open(
    url: string,
    { headers = {}, early = Buffer.alloc(0), answersClose = true }: RawWebSocketOptions = {},
  ): Promise<RawWebSocket> {
    const { hostname, port, pathname } = new URL(url);
    const socket = connect(Number(port), hostname).setNoDelay(true);
    socket.on('error', () => undefined); // `close` follows, which ends every conversation.
    const fields = { Host: hostname, Connection: 'Upgrade', Upgrade: 'websocket', 'Sec-WebSocket-Version': '13', 'Sec-WebSocket-Key': KEY };
    const lines = Object.entries({ ...fields, ...headers }).map(([name, value]) => `${name}: ${value}`);
    socket.write(Buffer.concat([Buffer.from([`GET ${pathname} HTTP/1.1`, ...lines].join('\r\n') + HEAD_END), early]));
    let bytes = Buffer.alloc(0);
    while (!bytes.includes(HEAD_END)) bytes = Buffer.concat([bytes, ...((await once(socket, 'data')) as Buffer[])]);
    const end = bytes.indexOf(HEAD_END);
    const head = bytes.subarray(0, end).toString();
    if (!head.startsWith('HTTP/1.1 101 ') || !head.includes(`Sec-WebSocket-Accept: ${ACCEPT}`)) throw new Error(`Not upgraded: ${head}`);
    return new RawWebSocket(socket, head, bytes.subarray(end + HEAD_END.length), answersClose);
  }

  /** Writes bytes in so many pieces that none is longer than `pieceBytes`, each by itself. */
  async write(bytes: Buffer, pieceBytes = bytes.length): Promise<void> {
    for (let start = 0; start < bytes.length; start += pieceBytes) {
      this.socket.write(bytes.subarray(start, start + pieceBytes));
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  /** Writes a normal close, unless the server has closed already, and reads to the end of the connection. */
  async finish(): Promise<Conversation> {
    await this.write(rawFrame({ opcode: OPCODE.close, payload: closePayload(1000) }));
    return this.untilClosed();
  }

  /** Reads to the end of the connection. */
  async untilClosed(): Promise<Conversation> {
    await waitFor('the server to close', () => this.hasEnded || this.fault !== undefined);
    if (this.fault !== undefined) throw this.fault;
    const close = this.frames.find(({ opcode }) => opcode === OPCODE.close);
    return {
      frames: this.frames.filter((frame) => frame !== close),
      closeCode: close === undefined ? undefined : close.payload.length === 0 ? null : close.payload.readUInt16BE(0),
      closeReason: close?.payload.subarray(2).toString(),
    };
  }

  private take(bytes: Buffer): void {
    this.bytes = Buffer.concat([this.bytes, bytes]);
    try {
      for (let taken = takeServerFrame(this.bytes); taken !== undefined; taken = takeServerFrame(this.bytes)) {
        this.bytes = taken.rest;
        this.frames.push(taken.frame);
        // Whoever was closed has nothing more to say; the server is not kept waiting.
        if (taken.frame.opcode === OPCODE.close && this.answersClose) this.socket.end();
      }
    } catch (error) {
      this.fault = error as Error;
      this.socket.destroy();
    }
  }
}
