import { z } from 'zod';
import { type SwitchboardError } from '@switchboard/protocol';
import { count, timestamp } from '../openapi/timestamp';

/** The answer for one target: the message is in the log, or was sent on its way if it is ephemeral. */
export interface SendResult {
  readonly id: string;
  readonly stream: string;
  /** Not there if the message is ephemeral. */
  readonly seq?: number;
  /** RFC 3339 in UTC, with milliseconds. */
  readonly time: string;
  /** Only there, and true, in a list of results, for a message that an earlier request has sent. */
  readonly replayed?: true;
}

/** The answer for a target whose message was not taken, beside others whose was. */
export interface SendFailure {
  readonly code: string;
  readonly detail: string;
  readonly retryable: boolean;
}

/** The failure that stands for an error. */
export function failureOf({ code, message, retryable }: SwitchboardError): SendFailure {
  return { code, detail: message, retryable };
}

/** The document's schema of a SendResult that is alone. */
export const sendResultSchema = z.object({
  id: z.string(),
  stream: z.string(),
  seq: count.optional().describe('Not there if the message is ephemeral.'),
  time: timestamp,
});

/** The document's schema of SendFailure. */
export const sendFailureSchema = z.object({ code: z.string(), detail: z.string(), retryable: z.boolean() });
