import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** A TCP connection that sends what no HTTP client would. */
export class RawConnection {
  private received = '';
  private readonly ended: Promise<unknown>;

  private constructor(private readonly socket: Socket) {
    socket.setEncoding('utf8').on('data', (text: string) => (this.received += text));
    this.ended = once(socket, 'close');
  }

  /** Connects to a port of the loopback. */
  static async open(port: number): Promise<RawConnection> {
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    return new RawConnection(socket);
  }

  /** All that came. */
  get text(): string {
    return this.received;
  }

  send(text: string): void {
    this.socket.write(text);
  }

  /** Resolves with all that came, once the server has closed the connection. */
  async untilClosed(): Promise<string> {
    await this.ended;
    return this.received;
  }

  /** Resolves with all that came, once it contains as many answers. */
  async untilAnswers(count: number): Promise<string> {
    while (statusesIn(this.received).length < count || !this.received.endsWith('}')) await once(this.socket, 'data');
    return this.received;
  }

  close(): void {
    this.socket.destroy();
  }
}

/** The statuses of the answers in a text, in their order. */
export function statusesIn(text: string): number[] {
  return [...text.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status));
}

/** The text of a request to send a message to user 42. */
export function postText(body: string, headers = ''): string {
  const length = String(Buffer.byteLength(body));
  return `POST /v1/users/42/messages HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer all\r\nContent-Type: application/json\r\nContent-Length: ${length}\r\n${headers}\r\n${body}`;
}
