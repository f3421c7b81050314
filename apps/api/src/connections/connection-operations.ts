import { z } from 'zod';
import { closeBody, serverId, userName } from '@switchboard/protocol/schemas';
import { type Operation } from '../openapi/operation';
import { CONNECTION, LIMIT, queryName } from '../openapi/parameters';
import { count, timestamp } from '../openapi/timestamp';

/** A connection in an answer. */
export const connectionSchema = z.object({
  id: z.string(),
  user: z.string(),
  server: z.string(),
  device: z.string().optional(),
  connectedAt: timestamp,
  meta: z.record(z.string(), z.unknown()).optional().describe('What the token of the client says.'),
});

const connectionsPage = z.object({
  items: z.array(connectionSchema),
  next: z.string().nullable().describe('The `after` of the next page; null: there is none.'),
});

const closing = z.object({
  connections: count.describe('How many the servers that confirmed are closing, or would close.'),
  servers: z.array(z.object({ server: z.string(), connections: count })),
  unanswered: z.array(z.string()).describe('Servers that did not confirm in time; they may have been told all the same.'),
});

const PAGE_AFTER = queryName('after', z.string().meta({ format: 'uuid' }), 'The `next` of the page before.');
const TAG = 'Connections';

/** The operations of ConnectionsController. */
export const connectionOperations: readonly Operation[] = [
  {
    method: 'get',
    path: '/v1/connections',
    id: 'listConnections',
    tag: TAG,
    summary: 'List connections',
    scope: 'read',
    parameters: [
      queryName('user', userName, 'Those of this user.'),
      queryName('server', serverId, 'Those of this server.'),
      LIMIT,
      PAGE_AFTER,
    ],
    answers: { 200: { description: 'A page.', content: { name: 'ConnectionsPage', schema: connectionsPage } } },
  },
  {
    method: 'get',
    path: '/v1/connections/{connection}',
    id: 'getConnection',
    tag: TAG,
    summary: 'One connection',
    scope: 'read',
    parameters: [CONNECTION],
    answers: { 200: { description: 'It is open.', content: { name: 'Connection', schema: connectionSchema } } },
    refusals: ['not_found'],
  },
  {
    method: 'delete',
    path: '/v1/connections/{connection}',
    id: 'closeConnection',
    tag: TAG,
    summary: 'Close a connection',
    description: 'Its client stays away until its application says otherwise.',
    scope: 'admin',
    parameters: [CONNECTION],
    answers: { 204: { description: 'It is being closed.' } },
    refusals: ['not_found', 'overloaded'],
  },
  {
    method: 'post',
    path: '/v1/connections/close',
    id: 'closeConnections',
    tag: TAG,
    summary: 'Close all connections of a user or server',
    scope: 'admin',
    body: { name: 'CloseBody', schema: closeBody },
    answers: {
      202: { description: 'They are being closed.', content: { name: 'Closing', schema: closing } },
      200: { description: 'A dry run: they are counted.', content: { name: 'Closing', schema: closing } },
    },
    refusals: ['not_found', 'overloaded'],
  },
];
