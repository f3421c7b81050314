import { z } from 'zod';
import { BOUNDS, isDevice, isSeq } from '../bounds';
import { channelName as channel } from './names';
import { clientTarget, sendBody } from './send-body';

const seq = z.custom<number>(isSeq, 'must be a whole number from 0 to 2^53 − 1');
const id = z.custom<number>(isSeq, 'must be a whole number from 0 to 2^53 − 1');

const positions = z
  .record(z.string(), seq)
  .refine((streams) => Object.keys(streams).length <= BOUNDS.namesOfFrame, `must name at most ${String(BOUNDS.namesOfFrame)} streams`);

const hello = z.object({
  type: z.literal('hello'),
  token: z.string().optional(),
  device: z.string().refine(isDevice, 'must be 1–64 of [A-Za-z0-9._-]').optional(),
  resume: positions.optional(),
  channels: z.array(channel).max(BOUNDS.namesOfFrame).optional(),
  start: z.enum(['unacked', 'now', 'earliest'], { error: 'must be unacked, now or earliest' }).optional(),
  replaces: z.string().max(BOUNDS.connectionIdChars).optional(),
});

/** The frames of a client, by type. Unknown fields are ignored, as the contract says. */
export const clientFrameSchemas = {
  hello,
  subscribe: z.object({ type: z.literal('subscribe'), id, channel, after: seq.optional() }),
  unsubscribe: z.object({ type: z.literal('unsubscribe'), id, channel }),
  ack: z.object({ type: z.literal('ack'), streams: positions }),
  send: z.object({ ...sendBody.shape, type: z.literal('send'), id, to: clientTarget }),
  token: z.object({ type: z.literal('token'), id, token: z.string() }),
  ping: z.object({ type: z.literal('ping') }),
  pong: z.object({ type: z.literal('pong') }),
} as const;
