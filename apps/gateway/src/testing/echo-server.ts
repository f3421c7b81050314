import { createServer } from 'node:http';
import { type AddressInfo } from 'node:net';
import { type WebSocket } from 'ws';
import { CONNECT_PATH } from '@switchboard/protocol';
import { ConnectEndpoint } from '../sockets/connect-endpoint';
import { ConnectRequest } from '../sockets/connect-request';

/** A server with the endpoint of the gateway whose sockets send back what they get. */
export interface EchoServer {
  readonly url: string;
  close(): Promise<void>;
}

/** Starts one. */
export async function startEchoServer(frameBytes: number): Promise<EchoServer> {
  const server = createServer({ IncomingMessage: ConnectRequest });
  const admission = { refusal: () => undefined, admit: echo };
  new ConnectEndpoint(admission, { frameBytes }).attach(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `ws://127.0.0.1:${String((server.address() as AddressInfo).port)}${CONNECT_PATH}`,
    close: () =>
      new Promise((resolve) =>
        server.close(() => {
          resolve();
        }),
      ),
  };
}

function echo(webSocket: WebSocket): void {
  webSocket.on('message', (data: Buffer, isBinary) => {
    webSocket.send(data, { binary: isBinary });
  });
  webSocket.on('error', () => undefined); // `close` follows, with the right code.
}
