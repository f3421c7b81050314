import { z } from 'zod';
import { type Operation } from '../openapi/operation';
import { MESSAGE } from '../openapi/parameters';
import { count, timestamp } from '../openapi/timestamp';

const messageStatus = z.object({
  id: z.string(),
  stream: z.string(),
  seq: count,
  time: timestamp.describe('Of a message that is gone, the clock of its sender.'),
  expiresAt: timestamp.nullable().describe('Null for a message that is gone.'),
  expired: z.boolean(),
  recalled: z.boolean(),
  recalledAt: timestamp.optional(),
  devices: z
    .array(z.object({ device: z.string(), acknowledged: z.boolean() }))
    .optional()
    .describe('Of a message to a user: which devices have acknowledged it.'),
});

/** The operations of MessageController. */
export const messageOperations: readonly Operation[] = [
  {
    method: 'get',
    path: '/v1/messages/{id}',
    id: 'getMessage',
    tag: 'Messages',
    summary: 'What became of a message',
    scope: 'read',
    parameters: [MESSAGE],
    answers: { 200: { description: 'Where it stands.', content: { name: 'MessageStatus', schema: messageStatus } } },
    refusals: ['not_found'],
  },
  {
    method: 'delete',
    path: '/v1/messages/{id}',
    id: 'recallMessage',
    tag: 'Messages',
    summary: 'Take a message back',
    description: 'No read of the log returns it after the answer; an event under way may still be written to sockets.',
    scope: 'send',
    parameters: [MESSAGE],
    answers: { 204: { description: 'It is taken back.' } },
    refusals: ['not_found'],
  },
];
