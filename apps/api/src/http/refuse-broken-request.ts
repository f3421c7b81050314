import { STATUS_CODES, type ServerResponse } from 'node:http';
import { type Socket } from 'node:net';
import { SwitchboardError, type ErrorCodeName } from '@switchboard/protocol';
import { PROBLEM_CONTENT_TYPE, problemDocument, statusOf } from './problem-document';

const BY_CODE: Readonly<Record<string, ErrorCodeName>> = {
  ERR_HTTP_REQUEST_TIMEOUT: 'request_timeout',
  HPE_HEADER_OVERFLOW: 'headers_too_large',
};

/** Node keeps the answer that is being given on a connection here; it reads the same field to decide whether it may write. */
interface HttpSocket extends Socket {
  _httpMessage?: ServerResponse | null;
}

/**
 * Answers what is not an HTTP request, or did not arrive in time, with a problem document, and ends the connection. Requests that came
 * whole before it on the same connection get their answers first: otherwise the caller would take this one for theirs.
 */
export function refuseBrokenRequest(error: NodeJS.ErrnoException, socket: HttpSocket): void {
  if (socket.destroyed || !socket.writable || error.code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  socket.pause();
  const answer = socket._httpMessage;
  if (answer?.req.complete === true) {
    answer.once('close', () => {
      refuseBrokenRequest(error, socket);
    });
    return;
  }
  if (answer?.headersSent === true) socket.destroy();
  else socket.end(textOf(BY_CODE[error.code ?? ''] ?? 'invalid_request'), () => socket.destroy());
}

function textOf(code: ErrorCodeName): string {
  const body = JSON.stringify(problemDocument(new SwitchboardError(code)));
  const status = statusOf(code);
  return [
    `HTTP/1.1 ${String(status)} ${STATUS_CODES[status] ?? ''}`,
    'Connection: close',
    `Content-Type: ${PROBLEM_CONTENT_TYPE}`,
    `Content-Length: ${String(Buffer.byteLength(body))}`,
    '',
    body,
  ].join('\r\n');
}
