import { z } from 'zod';
import { BOUNDS, isUser } from '../bounds';

const WHOSE = 'needs either user or server';
const PER_SECOND = `must be a whole number from 1 to ${String(BOUNDS.closesPerSecond)}`;
const SERVER = `must be 1–${String(BOUNDS.serverIdChars)} characters`;

/** The body of `POST /v1/connections/close`: all connections of a user, or of a server. */
export const closeBody = z
  .strictObject({
    user: z.string().refine(isUser, 'must be 1–256 bytes of UTF-8 without control characters').optional(),
    server: z.string().min(1, SERVER).max(BOUNDS.serverIdChars, SERVER).optional(),
    perSecond: z.int(PER_SECOND).min(1, PER_SECOND).max(BOUNDS.closesPerSecond, PER_SECOND).optional(),
    dryRun: z.boolean().optional(),
  })
  .refine(({ user, server }) => (user === undefined) !== (server === undefined), WHOSE);
