import { WebSocket } from 'ws';
import { SUBPROTOCOL, type ErrorFrame, type MessageFrame, type ReadyFrame, type ServerFrame } from '@switchboard/protocol';
import { waitFor } from './wait-for';

/** How a client connects. */
export interface BareClientOptions {
  readonly headers?: Readonly<Record<string, string>>;
  readonly subprotocols?: readonly string[];
}

/** A client that knows nothing but the wire: it keeps every frame as it came, and answers nothing by itself. */
export class BareClient {
  readonly frames: ServerFrame[] = [];
  readonly texts: string[] = [];
  closed: { readonly code: number; readonly reason: string } | undefined;
  /** The HTTP status of an upgrade that was refused. */
  refusedWith: number | undefined;
  readonly socket: WebSocket;

  constructor(url: string, { headers = {}, subprotocols = [SUBPROTOCOL] }: BareClientOptions = {}) {
    this.socket = new WebSocket(url, [...subprotocols], { headers });
    this.socket.on('message', (data: Buffer) => {
      const text = data.toString('utf8');
      this.texts.push(text);
      this.frames.push(JSON.parse(text) as ServerFrame);
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
    await waitFor('the socket to open', () => this.socket.readyState === WebSocket.OPEN);
    return this;
  }

  /** Says hello, and resolves with the answer. */
  async hello(token: string, fields: object = {}): Promise<ReadyFrame> {
    await this.open();
    this.send({ type: 'hello', token, ...fields });
    return waitFor('ready', () => this.of('ready')[0]);
  }

  /** Sends a frame; a text as it is. */
  send(frame: object | string | Buffer): void {
    this.socket.send(typeof frame === 'string' || Buffer.isBuffer(frame) ? frame : JSON.stringify(frame));
  }

  /** The frames of one type that have come. */
  of<Type extends ServerFrame['type']>(type: Type): Extract<ServerFrame, { type: Type }>[] {
    return this.frames.filter((frame): frame is Extract<ServerFrame, { type: Type }> => frame.type === type);
  }

  /** Resolves once so many messages have come, with all of them. */
  messages(count: number): Promise<MessageFrame[]> {
    return waitFor(`${String(count)} messages`, () => {
      const messages = this.of('message');
      return messages.length >= count ? messages : undefined;
    });
  }

  /** Resolves with the error of a code. */
  error(code: string): Promise<ErrorFrame> {
    return waitFor(`the error ${code}`, () => this.of('error').find((frame) => frame.code === code));
  }

  /** Resolves once the server has closed the socket, with its code. */
  async closeCode(): Promise<number> {
    return (await waitFor('the socket to close', () => this.closed)).code;
  }

  /** Cuts the connection. */
  end(): void {
    this.socket.terminate();
  }
}
