import { z } from 'zod';
import { type Operation } from '../openapi/operation';
import { SERVER } from '../openapi/parameters';
import { count, timestamp } from '../openapi/timestamp';

const servers = z.array(
  z.object({
    id: z.string(),
    role: z.enum(['gateway', 'api']),
    slot: count,
    epoch: count,
    address: z.string().optional(),
    connections: count,
    leasedAt: timestamp,
    leaseUntil: timestamp,
    state: z.enum(['alive', 'lapsed']),
  }),
);
const draining = z.object({ server: z.string(), connections: count });

/** The operations of ServersController. */
export const serverOperations: readonly Operation[] = [
  {
    method: 'get',
    path: '/v1/servers',
    id: 'listServers',
    tag: 'Servers',
    summary: 'List the servers',
    scope: 'read',
    answers: {
      200: {
        description: 'Those that live, and those that died and are not yet forgotten.',
        content: { name: 'Servers', schema: servers },
      },
    },
  },
  {
    method: 'post',
    path: '/v1/servers/{server}/drain',
    id: 'drainServer',
    tag: 'Servers',
    summary: 'Drain a server',
    description: 'It admits no more, and asks its clients to go elsewhere, a few at a time.',
    scope: 'admin',
    parameters: [SERVER],
    answers: { 202: { description: 'It drains.', content: { name: 'Draining', schema: draining } } },
    refusals: ['not_found', 'overloaded'],
  },
];
