/** What a body may hold besides `data`: names of up to 256 bytes, each possibly written as six-byte escapes, and spacing. */
const ROOM_BESIDES_DATA_BYTES = 16 * 1_024;

/** The largest body of a message, or line of a batch, where `data` has at most `dataBytes`. */
export function mostBodyBytes(dataBytes: number): number {
  return dataBytes + ROOM_BESIDES_DATA_BYTES;
}
