import { connect, type Socket } from 'node:net';

/** Where a lane posts to. */
export interface PostTarget {
  /** `http://127.0.0.1:port`. */
  readonly apiUrl: string;
  readonly apiKey: string;
}

interface Post {
  readonly request: string;
  readonly answer: (status: number) => void;
}

const ANSWER_TIMEOUT_MS = 10_000;
const HEAD_END = '\r\n\r\n';
const STATUS_AT = 'HTTP/1.1 '.length;

/**
 * One keep-alive connection that posts JSON, one request at a time and in the order of the calls: so messages of one lane never overtake each other. It reads no more of an
 * answer than its status and its length, and costs a fraction of what `fetch` does, since a load generator shares its machine with what it measures.
 */
export class PostLane {
  private readonly url: URL;
  private readonly waiting: Post[] = [];
  private current: Post | undefined;
  private socket: Socket | undefined;
  private received = '';

  constructor(private readonly target: PostTarget) {
    this.url = new URL(target.apiUrl);
  }

  /** Posts to a path that is percent-encoded already. Resolves to the HTTP status; to 0 if no answer came within ten seconds or the connection broke. */
  post(path: string, body: string): Promise<number> {
    const request = [
      `POST ${path} HTTP/1.1`,
      `host: ${this.url.host}`,
      `authorization: Bearer ${this.target.apiKey}`,
      'content-type: application/json',
      `content-length: ${String(Buffer.byteLength(body))}${HEAD_END}${body}`,
    ].join('\r\n');
    return new Promise((answer) => {
      this.waiting.push({ request, answer });
      if (this.current === undefined) this.sendNext();
    });
  }

  /** Ends the connection; what has no answer yet gets 0. */
  close(): void {
    for (const { answer } of this.waiting.splice(0)) answer(0);
    this.socket?.destroy();
  }

  private sendNext(): void {
    this.current = this.waiting.shift();
    if (this.current === undefined) return;
    this.socket ??= this.open();
    this.socket.write(this.current.request);
  }

  private open(): Socket {
    const socket = connect({ host: this.url.hostname, port: Number(this.url.port), noDelay: true }).setEncoding('latin1');
    socket.setTimeout(ANSWER_TIMEOUT_MS, () => socket.destroy());
    socket.on('data', (text: string) => {
      this.read(text);
    });
    socket.on('error', () => undefined); // `close` follows
    socket.on('close', () => {
      this.socket = undefined;
      this.received = '';
      this.settle(0);
    });
    return socket;
  }

  private read(text: string): void {
    this.received += text;
    const headLength = this.received.indexOf(HEAD_END);
    if (headLength === -1) return;
    const bodyLength = Number(/\r\ncontent-length: (\d+)/i.exec(this.received)?.[1] ?? 0);
    if (this.received.length < headLength + HEAD_END.length + bodyLength) return;
    const status = Number(this.received.slice(STATUS_AT, STATUS_AT + 3));
    this.received = '';
    this.settle(status);
  }

  private settle(status: number): void {
    const settled = this.current;
    this.sendNext();
    settled?.answer(status);
  }
}
