import { connect } from 'node:net';

const API_VERSIONS_KEY = 18;
const CORRELATION_ID = 1;
const ANSWER_TIMEOUT_MS = 1_000;

/** Whether a Kafka broker on this port of 127.0.0.1 answers the request with which every client begins (ApiVersions). */
export async function kafkaAnswers(port: number): Promise<boolean> {
  return await new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    const settle = (answered: boolean) => (): void => {
      socket.destroy();
      resolve(answered);
    };
    let received = Buffer.alloc(0);
    socket.setTimeout(ANSWER_TIMEOUT_MS, settle(false));
    socket.on('error', settle(false));
    socket.on('close', settle(false));
    socket.on('connect', () => socket.write(apiVersionsRequest()));
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk]);
      if (received.length < 8) return;
      settle(received.readInt32BE(4) === CORRELATION_ID)();
    });
  });
}

/** An ApiVersions request, version 0: int32 length, int16 API key, int16 version, int32 correlation id, int16 length of the client id and the id. */
function apiVersionsRequest(): Buffer {
  const clientId = Buffer.from('probe');
  const request = Buffer.alloc(4 + 10 + clientId.length);
  request.writeInt32BE(request.length - 4, 0);
  request.writeInt16BE(API_VERSIONS_KEY, 4);
  request.writeInt32BE(CORRELATION_ID, 8);
  request.writeInt16BE(clientId.length, 12);
  clientId.copy(request, 14);
  return request;
}
