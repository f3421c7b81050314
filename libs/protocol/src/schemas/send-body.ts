import { z } from 'zod';
import { isChannel, isEventName, isUser } from '../bounds';

const user = z.string().refine(isUser, 'must be 1–256 bytes of UTF-8 without control characters');
const channel = z.string().refine(isChannel, 'must be 1–128 of [A-Za-z0-9._:@~-]');
const event = z.string().refine(isEventName, 'must be 1–128 bytes of UTF-8 without control characters');

/** The body of `POST /v1/{users,channels}/{name}/messages`. `data` is checked to be there; its bytes are taken as they are. */
export const sendBody = z.strictObject({
  data: z.unknown().refine((value) => value !== undefined, 'is required'),
  event: event.optional(),
  durability: z.literal('durable').optional(),
});

/** The body of `POST /v1/messages`. */
export const addressedSendBody = sendBody.extend({
  to: z.union([z.strictObject({ user }), z.strictObject({ channel })], { error: 'must be {"user": …} or {"channel": …}' }),
});
