import { z } from 'zod';
import { BOUNDS } from '../bounds';
import { serverId, userName } from './names';

const WHOSE = 'needs either user or server';
const PER_SECOND = `must be a whole number from 1 to ${String(BOUNDS.closesPerSecond)}`;

/** The body of `POST /v1/connections/close`: all connections of a user, or of a server. */
export const closeBody = z
  .strictObject({
    user: userName.optional(),
    server: serverId.optional(),
    perSecond: z
      .int(PER_SECOND)
      .min(1, PER_SECOND)
      .max(BOUNDS.closesPerSecond, PER_SECOND)
      .optional()
      .describe('How many are closed in a second, on each server; by default all at once.'),
    dryRun: z.boolean().optional().describe('Only count them.'),
  })
  .refine(({ user, server }) => (user === undefined) !== (server === undefined), WHOSE)
  .meta({ oneOf: [{ required: ['user'] }, { required: ['server'] }] });
