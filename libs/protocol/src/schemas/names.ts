import { z } from 'zod';
import { BOUNDS, isChannel, isEventName, isKey, isServerId, isUser } from '../bounds';

/** What a JSON Schema can say of text without control characters; the number of bytes it cannot. */
const PLAIN_TEXT = '^[^\\u0000-\\u001f\\u007f-\\u009f]+$';

/** The name of a user. */
export const userName = z
  .string()
  .refine(isUser, 'must be 1–256 bytes of UTF-8 without control characters')
  .meta({ minLength: 1, maxLength: BOUNDS.userBytes, pattern: PLAIN_TEXT });

/** The name of a channel. */
export const channelName = z
  .string()
  .refine(isChannel, 'must be 1–128 of [A-Za-z0-9._:@~-]')
  .meta({ minLength: 1, maxLength: BOUNDS.channelBytes, pattern: '^[A-Za-z0-9._:@~-]+$' });

/** The name of an event. */
export const eventName = z
  .string()
  .refine(isEventName, 'must be 1–128 bytes of UTF-8 without control characters')
  .meta({ minLength: 1, maxLength: BOUNDS.eventNameBytes, pattern: PLAIN_TEXT });

/** An idempotency key or a conflate key. */
export const messageKey = z
  .string()
  .refine(isKey, `must be 1–${String(BOUNDS.keyChars)} characters without control characters`)
  .meta({ minLength: 1, maxLength: BOUNDS.keyChars, pattern: PLAIN_TEXT });

/** The id of a server. */
export const serverId = z
  .string()
  .refine(isServerId, `must be 1–${String(BOUNDS.serverIdChars)} characters without control characters`)
  .meta({ minLength: 1, maxLength: BOUNDS.serverIdChars, pattern: PLAIN_TEXT });
