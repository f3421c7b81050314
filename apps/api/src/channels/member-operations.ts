import { z } from 'zod';
import { userName } from '@switchboard/protocol/schemas';
import { type Operation } from '../openapi/operation';
import { CHANNEL, LIMIT, queryName, USER } from '../openapi/parameters';
import { count } from '../openapi/timestamp';

const membersPage = z.object({
  items: z.array(z.object({ user: z.string(), since: count.describe('The seq of the channel behind which the membership began.') })),
  next: z.string().nullable().describe('The `after` of the next page; null: there is none.'),
});

const TAG = 'Channels';

/** The operations of MembersController. */
export const memberOperations: readonly Operation[] = [
  {
    method: 'get',
    path: '/v1/channels/{channel}/members',
    id: 'listMembers',
    tag: TAG,
    summary: 'List the members of a channel',
    scope: 'read',
    parameters: [CHANNEL, LIMIT, queryName('after', userName, 'The `next` of the page before.')],
    answers: { 200: { description: 'A page, by names.', content: { name: 'MembersPage', schema: membersPage } } },
  },
  {
    method: 'put',
    path: '/v1/channels/{channel}/members/{user}',
    id: 'addMember',
    tag: TAG,
    summary: 'Let a user follow a channel',
    description: 'The connections of the user, now and later, follow the channel, whatever their tokens say.',
    scope: 'admin',
    parameters: [CHANNEL, USER],
    answers: { 204: { description: 'The user gets every message that is sent to the channel after this answer.' } },
    refusals: ['limit_reached', 'overloaded'],
  },
  {
    method: 'delete',
    path: '/v1/channels/{channel}/members/{user}',
    id: 'removeMember',
    tag: TAG,
    summary: 'End a membership',
    description: 'Connections that follow the channel by themselves go on.',
    scope: 'admin',
    parameters: [CHANNEL, USER],
    answers: { 204: { description: 'The user is no member.' } },
    refusals: ['overloaded'],
  },
];
