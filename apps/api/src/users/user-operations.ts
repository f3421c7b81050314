import { z } from 'zod';
import { connectionSchema } from '../connections/connection-operations';
import { type Operation } from '../openapi/operation';
import { USER } from '../openapi/parameters';
import { count } from '../openapi/timestamp';

const userSchema = z.object({
  user: z.string(),
  online: z.boolean(),
  connections: z.array(connectionSchema.pick({ id: true, server: true, device: true, connectedAt: true })),
  devices: z.array(z.object({ device: z.string(), cursor: count.describe('All up to this seq was acknowledged.') })),
});

/** The operations of UsersController. */
export const userOperations: readonly Operation[] = [
  {
    method: 'get',
    path: '/v1/users/{user}',
    id: 'getUser',
    tag: 'Users',
    summary: 'Whether and where a user is connected',
    scope: 'read',
    parameters: [USER],
    answers: { 200: { description: 'A user never seen is offline.', content: { name: 'User', schema: userSchema } } },
  },
];
