import { type ServerFrame } from '@switchboard/protocol';

/** The bytes of a WebSocket frame, written as they are. */
export type Frame = Buffer;

const FINAL_TEXT = 0x81;
const SMALL_PAYLOAD = 125;
const MEDIUM_PAYLOAD = 0xffff;
const MEDIUM_MARK = 126;
const LARGE_MARK = 127;

/**
 * The WebSocket text frame of a payload (RFC 6455, section 5.2; a server does not mask). The same bytes go to every socket, since no
 * extension is negotiated; nobody may change them.
 */
export function textFrame(payload: Buffer): Frame {
  return Buffer.concat([frameHeader(payload.length), payload]);
}

/** The text frame of something the server says. */
export function serverFrame(frame: ServerFrame): Frame {
  return textFrame(Buffer.from(JSON.stringify(frame)));
}

function frameHeader(length: number): Buffer {
  if (length <= SMALL_PAYLOAD) return Buffer.from([FINAL_TEXT, length]);
  if (length <= MEDIUM_PAYLOAD) {
    const header = Buffer.from([FINAL_TEXT, MEDIUM_MARK, 0, 0]);
    header.writeUInt16BE(length, 2);
    return header;
  }
  const header = Buffer.alloc(10);
  header.set([FINAL_TEXT, LARGE_MARK]);
  header.writeBigUInt64BE(BigInt(length), 2);
  return header;
}
