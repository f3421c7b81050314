import { type FastifyReply } from 'fastify';
import { ERRORS, type ErrorCodeName, type SwitchboardError } from '@switchboard/protocol';

/** The content type of problem documents (RFC 9457). */
export const PROBLEM_CONTENT_TYPE = 'application/problem+json; charset=utf-8';

/** When a caller may come back after a 409 that passes, a 429 or a 503, in seconds. Most outages and full queues that we see are over by then. */
const RETRY_AFTER_S = 1;

/** What a failed request is answered with. `title` is the code's, the same each time; `detail` is about this request. */
export interface ProblemDocument {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: ErrorCodeName;
  readonly retryable: boolean;
  readonly requestId?: string;
}

/** The status that an error is answered with; 500 for codes that are for frames only. */
export function statusOf(code: ErrorCodeName): number {
  const entry = ERRORS[code];
  return 'status' in entry ? entry.status : 500;
}

/** The document for an error. Only its code and message are told, never its cause. */
export function problemDocument({ code, message, retryable }: SwitchboardError, requestId?: string): ProblemDocument {
  const problem = {
    type: `urn:switchboard:error:${code}`,
    title: ERRORS[code].title,
    status: statusOf(code),
    detail: message,
    code,
    retryable,
  };
  return requestId === undefined ? problem : { ...problem, requestId };
}

/** The headers that belong to an error's answer, besides the content type; one that is set already stays. */
function problemHeaders(code: ErrorCodeName): Readonly<Record<string, string>> {
  switch (statusOf(code)) {
    case 401:
      return { 'www-authenticate': 'Bearer' };
    case 409:
      return ERRORS[code].retryable ? { 'retry-after': String(RETRY_AFTER_S) } : {};
    case 429:
    case 503:
      return { 'retry-after': String(RETRY_AFTER_S) };
    default:
      return {};
  }
}

function missingIn(headers: Readonly<Record<string, string>>, reply: FastifyReply): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !reply.hasHeader(name)));
}

/** Answers a request with a problem document. */
export function sendProblem(reply: FastifyReply, error: SwitchboardError, requestId: string): void {
  reply
    .code(statusOf(error.code))
    .headers(missingIn(problemHeaders(error.code), reply))
    .header('x-request-id', requestId)
    .header('content-type', PROBLEM_CONTENT_TYPE)
    .send(JSON.stringify(problemDocument(error, requestId)));
}
