import { z } from 'zod';
import { BOUNDS } from '../bounds';
import { channelName as channel, eventName, messageKey, userName as user } from './names';

const TTL = `must be a whole number of seconds, from 1 to ${String(BOUNDS.ttlSeconds)}`;

/** Whom a client may send to. */
export const clientTarget = z.union([z.strictObject({ user }), z.strictObject({ channel })], {
  error: 'must be {"user": …} or {"channel": …}',
});

/** Whom a service may send to by a body. */
const serviceTarget = z.union(
  [
    z.strictObject({ user }),
    z.strictObject({ users: z.array(user).min(1).max(BOUNDS.usersOfMessage) }),
    z.strictObject({ channel }),
    z.strictObject({ everyone: z.literal(true) }),
  ],
  { error: 'must be {"user": …}, {"users": [1 to 1000]}, {"channel": …} or {"everyone": true}' },
);

/** The body of `POST /v1/{users,channels,connections}/{name}/messages`. `data` is checked to be there; its bytes are taken as they are. */
export const sendBody = z.strictObject({
  data: z
    .unknown()
    .refine((value) => value !== undefined, 'is required')
    .describe('It reaches clients byte for byte as it is written here.'),
  event: eventName.optional().describe('What the message is about, for the client to tell.'),
  durability: z
    .enum(['durable', 'ephemeral'], { error: 'must be durable or ephemeral' })
    .optional()
    .describe('durable, the default: kept until it expires, and resumed. ephemeral: for whoever is connected now.'),
  ttlSeconds: z
    .int(TTL)
    .min(1, TTL)
    .max(BOUNDS.ttlSeconds, TTL)
    .optional()
    .describe(
      'How long it is kept; at most what the server allows, by default 7 days. An ephemeral message: how long it waits for a slow client.',
    ),
  idempotencyKey: messageKey
    .optional()
    .describe('A repeat within 24 hours sends nothing and gets the first answer. Durable messages only.'),
  conflateKey: messageKey.optional().describe('For a slow client the newest of a key replaces older ones. Ephemeral messages only.'),
});

/** The body of `POST /v1/messages`, and a line of `POST /v1/messages/batch`. */
export const addressedSendBody = sendBody.extend({ to: serviceTarget });

/** The fields of a send's body besides `to`. */
export type SendBody = z.output<typeof sendBody>;

/** Whom a service sends to. */
export type ServiceTarget = z.output<typeof serviceTarget>;
