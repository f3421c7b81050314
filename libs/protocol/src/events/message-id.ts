import type { StreamKey } from '../stream-key';

const UUID_BYTES = 16;
const SEQ_BYTES = 7;

/** Where a durable message stands, as its public id carries it. */
export interface MessageReference {
  /** 16 bytes. */
  readonly uuid: Buffer;
  readonly stream: StreamKey;
  readonly seq: number;
}

/**
 * The public id of a durable message: base64url of its uuid (16 bytes), its seq (7 bytes, big-endian: up to 2^53 − 1) and the key of
 * its stream. So what became of a message can be looked up by the primary key of the log. Clients take it as opaque.
 */
export function encodeMessageId({ uuid, stream, seq }: MessageReference): string {
  const bytes = Buffer.allocUnsafe(UUID_BYTES + SEQ_BYTES + Buffer.byteLength(stream));
  uuid.copy(bytes, 0);
  bytes.writeUInt8(Math.floor(seq / 2 ** 48), UUID_BYTES);
  bytes.writeUIntBE(seq % 2 ** 48, UUID_BYTES + 1, 6);
  bytes.write(stream, UUID_BYTES + SEQ_BYTES);
  return bytes.toString('base64url');
}

/** The message that a public id names; undefined if it is none. */
export function decodeMessageId(id: string): MessageReference | undefined {
  const bytes = Buffer.from(id, 'base64url');
  if (bytes.length <= UUID_BYTES + SEQ_BYTES) return undefined;
  const seq = bytes.readUInt8(UUID_BYTES) * 2 ** 48 + bytes.readUIntBE(UUID_BYTES + 1, 6);
  return { uuid: bytes.subarray(0, UUID_BYTES), stream: bytes.toString('utf8', UUID_BYTES + SEQ_BYTES), seq };
}
