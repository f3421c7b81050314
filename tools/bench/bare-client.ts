import { WebSocket, type RawData } from 'ws';

/** Whom a bare client connects as, and where. */
export interface BareClientTarget {
  /** `ws://…/v1/connect`. */
  readonly url: string;
  readonly token: string;
}

const READY_TIMEOUT_MS = 20_000;
const GOODBYE = 1000;

/** A client that costs next to nothing, so that the SDK's work is not charged to the server: says hello, answers pings, and hands on each message's text. */
async function connectBareClient({ url, token }: BareClientTarget, onMessage: (text: string) => void): Promise<{ close(): void }> {
  const socket = new WebSocket(url, 'switchboard.v1', {
    perMessageDeflate: false,
    skipUTF8Validation: true,
    handshakeTimeout: READY_TIMEOUT_MS,
  });
  await new Promise<void>((resolve, reject) => {
    const timeout = setTimeout(() => {
      reject(new Error(`no ready from ${url} within ${String(READY_TIMEOUT_MS)} ms`));
    }, READY_TIMEOUT_MS);
    socket.on('open', () => {
      socket.send(JSON.stringify({ type: 'hello', token }));
    });
    socket.on('message', (data: RawData) => {
      // ws gives text frames as one Buffer; the server writes the type first.
      const text = (data as Buffer).toString();
      if (text.startsWith('{"type":"message"')) onMessage(text);
      else if (text.startsWith('{"type":"ping"')) socket.send('{"type":"pong"}');
      else if (text.startsWith('{"type":"ready"')) {
        clearTimeout(timeout);
        resolve();
      }
    });
    socket.on('error', (error) => {
      clearTimeout(timeout);
      reject(error);
    });
    socket.on('close', (code) => {
      clearTimeout(timeout);
      reject(new Error(`${url} closed the connection with ${String(code)}`));
    });
  });
  return {
    close: () => {
      socket.close(GOODBYE);
    },
  };
}

/** Connects many, so many at a time; throws what the first failure was. */
export async function connectBareClients(
  targets: readonly BareClientTarget[],
  concurrency: number,
  onMessage: (index: number, text: string) => void,
): Promise<{ close(): void }[]> {
  const clients: { close(): void }[] = [];
  let next = 0;
  const connectInTurn = async (): Promise<void> => {
    for (let index = next++; index < targets.length; index = next++) {
      const own = index;
      const target = targets[own];
      if (target !== undefined)
        clients.push(
          await connectBareClient(target, (text) => {
            onMessage(own, text);
          }),
        );
    }
  };
  await Promise.all(Array.from({ length: concurrency }, connectInTurn));
  return clients;
}
