import { randomFillSync } from 'node:crypto';

const UUID_BYTES = 16;
const POOL_BYTES = 256 * UUID_BYTES;

/** Randomness is drawn for many at once: a call into the kernel costs more than all the rest. */
const pool = Buffer.allocUnsafe(POOL_BYTES);
let used = POOL_BYTES;

/** A uuid of version 7 (RFC 9562), as 16 bytes: the time in milliseconds, then 74 random bits. */
export function uuidV7(nowMs: number): Buffer {
  if (used === POOL_BYTES) {
    randomFillSync(pool);
    used = 0;
  }
  const uuid = Buffer.from(pool.subarray(used, (used += UUID_BYTES)));
  uuid.writeUIntBE(nowMs, 0, 6);
  uuid.writeUInt8((uuid.readUInt8(6) & 0x0f) | 0x70, 6);
  uuid.writeUInt8((uuid.readUInt8(8) & 0x3f) | 0x80, 8);
  return uuid;
}
