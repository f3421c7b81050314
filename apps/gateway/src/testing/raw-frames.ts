import { randomBytes } from 'node:crypto';

/** The opcodes of RFC 6455, section 5.2. */
export const OPCODE = { continuation: 0x0, text: 0x1, binary: 0x2, close: 0x8, ping: 0x9, pong: 0xa } as const;

const FIN = 0x80;
const MASKED = 0x80;
const RSV_SHIFT = 4;
const MOST_IN_7_BITS = 125;
const LENGTH_16 = 126;
const LENGTH_64 = 127;
const MOST_IN_16_BITS = 0xffff;
const MASK_BYTES = 4;

/** A frame as a client may or may not send it: nothing is checked. */
export interface RawFrame {
  readonly opcode: number;
  readonly payload?: Buffer | string;
  /** Default: true. */
  readonly isFinal?: boolean;
  /** The three reserved bits. */
  readonly rsv?: number;
  /** Default: true. */
  readonly isMasked?: boolean;
  /** What the header says instead of the length of the payload; always in 64 bits. */
  readonly announcedBytes?: bigint;
}

/** The bytes of a frame. */
export function rawFrame({ opcode, payload = '', isFinal = true, rsv = 0, isMasked = true, announcedBytes }: RawFrame): Buffer {
  const body = Buffer.from(payload);
  const first = (isFinal ? FIN : 0) | (rsv << RSV_SHIFT) | opcode;
  const [length, ...rest] = announcedBytes === undefined ? shortestLength(body.length) : longLength(announcedBytes);
  const header = Buffer.from([first, (isMasked ? MASKED : 0) | (length ?? 0), ...rest]);
  if (!isMasked) return Buffer.concat([header, body]);
  const mask = randomBytes(MASK_BYTES);
  return Buffer.concat([header, mask, body.map((byte, index) => byte ^ (mask[index % MASK_BYTES] ?? 0))]);
}

/** The payload of a close frame. */
export function closePayload(code: number, reason: Buffer | string = ''): Buffer {
  return Buffer.concat([Buffer.from([code >> 8, code & 0xff]), Buffer.from(reason)]);
}

/** A frame that a server sent. */
export interface ServerRawFrame {
  readonly opcode: number;
  readonly payload: Buffer;
}

/**
 * Takes the first frame of what a server sent; undefined as long as it is not whole.
 * @throws if it is one that this server never sends: masked, fragmented, with reserved bits, or with a length that is longer than it needs to be
 */
export function takeServerFrame(bytes: Buffer): { readonly frame: ServerRawFrame; readonly rest: Buffer } | undefined {
  if (bytes.length < 2) return undefined;
  const [first = 0, second = 0] = bytes;
  const headerBytes = second === LENGTH_64 ? 10 : second === LENGTH_16 ? 4 : 2;
  if (bytes.length < headerBytes) return undefined;
  const length = second === LENGTH_64 ? Number(bytes.readBigUInt64BE(2)) : second === LENGTH_16 ? bytes.readUInt16BE(2) : second;
  if ((first & 0xf0) !== FIN || (second & MASKED) !== 0 || shortestLength(length).length !== headerBytes - 1)
    throw new Error(`The server must not send a frame that begins with ${bytes.subarray(0, headerBytes).toString('hex')}`);
  const end = headerBytes + length;
  if (bytes.length < end) return undefined;
  return { frame: { opcode: first & 0x0f, payload: bytes.subarray(headerBytes, end) }, rest: bytes.subarray(end) };
}

function shortestLength(bytes: number): number[] {
  if (bytes <= MOST_IN_7_BITS) return [bytes];
  if (bytes <= MOST_IN_16_BITS) return [LENGTH_16, bytes >> 8, bytes & 0xff];
  return longLength(BigInt(bytes));
}

function longLength(bytes: bigint): number[] {
  const field = Buffer.alloc(8);
  field.writeBigUInt64BE(bytes);
  return [LENGTH_64, ...field];
}
