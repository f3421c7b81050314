import { z } from 'zod';
import { type ErrorCodeName } from '@switchboard/protocol';
import { addressedSendBody, sendBody } from '@switchboard/protocol/schemas';
import { type Answer, type Operation, type Parameter } from '../openapi/operation';
import { CHANNEL, CONNECTION, IDEMPOTENCY_KEY, queryNumberParameter, USER } from '../openapi/parameters';
import { TIMEOUT_MS } from './read-wait';
import { sendFailureSchema, sendResultSchema } from './send-result';

const WAIT: readonly Parameter[] = [
  {
    name: 'wait',
    in: 'query',
    description: 'Wait until the message was written to a socket, or until a device has acknowledged it. To one user only.',
    schema: { type: 'string', enum: ['written', 'acked'] },
  },
  queryNumberParameter(TIMEOUT_MS, 'How long to wait, in milliseconds; only with wait.'),
];

const outcome = z.object({
  ...sendResultSchema.shape,
  outcome: z.enum(['written', 'acked', 'offline', 'pending']),
  device: z.string().optional(),
});
const resultOfMany = z.object({
  ...sendResultSchema.shape,
  replayed: z.literal(true).optional().describe('An earlier request under the idempotency key has sent it.'),
});
const results = z.object({ results: z.array(z.union([resultOfMany, sendFailureSchema])) });

const REPLAYED = { 'Idempotency-Replayed': '`true` if an earlier request under the same idempotency key has sent the message.' };
const ACCEPTED: Answer = {
  description: 'The message is kept, or on its way if it is ephemeral.',
  content: { name: 'SendResult', schema: sendResultSchema },
  headers: REPLAYED,
};
const WAITED: Answer = {
  description: 'What was waited for has happened, nobody is connected (`offline`), or the time is over (`pending`).',
  content: { name: 'SendResultAndOutcome', schema: outcome },
  headers: REPLAYED,
};
const REFUSALS: readonly ErrorCodeName[] = ['idempotency_in_progress', 'idempotency_conflict', 'overloaded', 'outcome_unknown'];

const SEND = {
  method: 'post',
  tag: 'Messages',
  scope: 'send',
  body: { name: 'SendBody', schema: sendBody },
  answers: { 202: ACCEPTED },
  refusals: REFUSALS,
} as const;

/** The operations of MessagesController. */
export const sendOperations: readonly Operation[] = [
  {
    ...SEND,
    path: '/v1/users/{user}/messages',
    id: 'sendToUser',
    summary: 'Send to all devices of a user',
    parameters: [USER, ...WAIT, IDEMPOTENCY_KEY],
    answers: { 202: ACCEPTED, 200: WAITED },
  },
  {
    ...SEND,
    path: '/v1/channels/{channel}/messages',
    id: 'sendToChannel',
    summary: 'Send to all subscribers of a channel',
    parameters: [CHANNEL, IDEMPOTENCY_KEY],
  },
  {
    ...SEND,
    path: '/v1/everyone/messages',
    id: 'sendToEveryone',
    summary: 'Send to every connection',
    parameters: [IDEMPOTENCY_KEY],
  },
  {
    ...SEND,
    path: '/v1/connections/{connection}/messages',
    id: 'sendToConnection',
    summary: 'Send to one connection',
    description: 'What is sent to a connection is ephemeral, whether the body says so or not; `durable` is refused.',
    parameters: [CONNECTION, IDEMPOTENCY_KEY],
    refusals: [...REFUSALS, 'not_found'],
  },
  {
    ...SEND,
    path: '/v1/messages',
    id: 'send',
    summary: 'Send to whom the body names',
    description:
      'For names that do not fit a path, and for up to 1000 users at once: repeated ones count once, and each has a result, in order.',
    parameters: [...WAIT, IDEMPOTENCY_KEY],
    body: { name: 'AddressedSendBody', schema: addressedSendBody },
    answers: { 202: { ...ACCEPTED, content: { name: 'SendResultOrResults', schema: z.union([sendResultSchema, results]) } }, 200: WAITED },
  },
];
