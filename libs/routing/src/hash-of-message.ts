import { createHash } from 'node:crypto';
import { type MessageContent } from '@switchboard/protocol/events';

const HASH_BYTES = 16;

/**
 * 128 bits of the SHA-256 of all that makes a message besides its target, which is part of the key's scope: a repeat with the same key must have
 * the same. `data` counts byte for byte.
 */
export function hashOfMessage(content: MessageContent, ttlMs: number | undefined): Buffer {
  return createHash('sha256')
    .update(`${String(ttlMs ?? '')}\n`)
    .update(content)
    .digest()
    .subarray(0, HASH_BYTES);
}
