const OID = { text: 25, bytea: 17, uuid: 2950, int8: 20, int4: 23 } as const;

const HEADER_BYTES = 20;
const LENGTH_BYTES = 4;

/**
 * Arrays as PostgreSQL sends them in binary, to be passed as parameters: pg sends a Buffer as it is, in binary format. A text literal
 * would be escaped here and parsed there, which for a batch costs more than the statement.
 *
 * Layout, big-endian: int32 dimensions (1), int32 has nulls, int32 oid of the elements, int32 count, int32 lower bound (1); then per
 * element int32 length (−1: null) and its bytes. An empty array has no dimension: 0, 0, oid.
 */
export function textArray(values: readonly (string | null)[]): Buffer {
  return arrayOf(
    OID.text,
    values.map((value) => (value === null ? null : Buffer.from(value))),
  );
}

/** As textArray, of bytea. */
export function byteaArray(values: readonly (Buffer | null)[]): Buffer {
  return arrayOf(OID.bytea, values);
}

/** As textArray, of uuid; each value has 16 bytes. */
export function uuidArray(values: readonly (Buffer | null)[]): Buffer {
  return arrayOf(OID.uuid, values);
}

/** As textArray, of int8; each value is a safe integer. @throws RangeError if one is none */
export function int8Array(values: readonly number[]): Buffer {
  return arrayOf(
    OID.int8,
    values.map((value) => {
      const bytes = Buffer.allocUnsafe(8);
      bytes.writeBigInt64BE(BigInt(value));
      return bytes;
    }),
  );
}

/** As textArray, of int4. @throws RangeError if a value is out of its range */
export function int4Array(values: readonly number[]): Buffer {
  return arrayOf(
    OID.int4,
    values.map((value) => {
      const bytes = Buffer.allocUnsafe(4);
      bytes.writeInt32BE(value);
      return bytes;
    }),
  );
}

function arrayOf(oid: number, elements: readonly (Buffer | null)[]): Buffer {
  if (elements.length === 0) return header(0, false, oid, Buffer.alloc(12));
  const size = elements.reduce((sum, element) => sum + LENGTH_BYTES + (element?.length ?? 0), HEADER_BYTES);
  const bytes = header(1, elements.includes(null), oid, Buffer.allocUnsafe(size));
  bytes.writeInt32BE(elements.length, 12);
  bytes.writeInt32BE(1, 16);
  let offset = HEADER_BYTES;
  for (const element of elements) {
    offset = bytes.writeInt32BE(element?.length ?? -1, offset);
    if (element !== null) offset += element.copy(bytes, offset);
  }
  return bytes;
}

function header(dimensions: number, hasNulls: boolean, oid: number, bytes: Buffer): Buffer {
  bytes.writeInt32BE(dimensions, 0);
  bytes.writeInt32BE(hasNulls ? 1 : 0, 4);
  bytes.writeInt32BE(oid, 8);
  return bytes;
}
