import { BOUNDS } from '@switchboard/protocol';
import { NDJSON } from '../http/ndjson';
import { type Operation } from '../openapi/operation';

const MEBIBYTE = 1_048_576;

/** The operations of BatchController. */
export const batchOperations: readonly Operation[] = [
  {
    method: 'post',
    path: '/v1/messages/batch',
    id: 'sendBatch',
    tag: 'Messages',
    summary: 'Send a message a line',
    description: `At most ${String(BOUNDS.batchLines)} lines and ${String(BOUNDS.batchBytes / MEBIBYTE)} MiB. A line that is refused does not hold up others. Idempotency keys are in the lines.`,
    scope: 'send',
    body: { type: NDJSON, description: 'A line is JSON like the body of POST /v1/messages.' },
    answers: {
      200: {
        description: 'A result a line, in the order of the lines.',
        content: {
          type: NDJSON,
          description:
            'A line is JSON: the answer of POST /v1/messages, `replayed` if an earlier request has sent it, or `{"code","detail","retryable"}`.',
        },
      },
    },
    refusals: ['overloaded'],
  },
];
