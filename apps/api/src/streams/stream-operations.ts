import { z } from 'zod';
import { type Operation } from '../openapi/operation';
import { CHANNEL, LIMIT, queryNumberParameter, USER } from '../openapi/parameters';
import { count, timestamp } from '../openapi/timestamp';
import { AFTER } from './streams.controller';

const streamPage = z.object({
  head: count.describe('The seq of the last message that the stream has had.'),
  next: count.nullable().describe('The `after` of the next page; null: there is none.'),
  gaps: z.array(z.object({ after: count, through: count, reason: z.enum(['expired', 'recalled', 'lost']) })),
  items: z.array(
    z.object({
      seq: count,
      id: z.string(),
      time: timestamp,
      event: z.string().optional(),
      from: z.object({ user: z.string() }).optional().describe('The client that sent it; absent if a service did.'),
      data: z.unknown(),
    }),
  ),
});

const READ = {
  method: 'get',
  tag: 'Streams',
  scope: 'read',
  answers: { 200: { description: 'A page, `data` byte for byte as it was sent.', content: { name: 'StreamPage', schema: streamPage } } },
} as const;
const PAGE = [queryNumberParameter(AFTER, 'The messages behind this seq.'), LIMIT];

/** The operations of StreamsController. */
export const streamOperations: readonly Operation[] = [
  {
    ...READ,
    path: '/v1/users/{user}/messages',
    id: 'readUserStream',
    summary: 'Read the messages to a user',
    parameters: [USER, ...PAGE],
  },
  {
    ...READ,
    path: '/v1/channels/{channel}/messages',
    id: 'readChannelStream',
    summary: 'Read the messages to a channel',
    parameters: [CHANNEL, ...PAGE],
  },
  { ...READ, path: '/v1/everyone/messages', id: 'readEveryoneStream', summary: 'Read the messages to everyone', parameters: PAGE },
];
