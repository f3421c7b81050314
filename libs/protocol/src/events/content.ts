/**
 * The content of a message: the end of its frame, from the optional `event` and `from` to `data` and the closing brace, as bytes.
 * It is made once, when the message is accepted; log, bus and sockets carry these same bytes, so that `data` arrives as it was written.
 */
export type MessageContent = Buffer;

const DATA = Buffer.from('"data":');
const END = Buffer.from('}');

/** What goes into a content besides the data. */
export interface ContentFields {
  readonly event?: string | undefined;
  readonly from?: { readonly user: string } | undefined;
}

/** Makes the content of a message from its fields and the bytes of its `data`, which must be valid JSON. */
export function encodeContent(fields: ContentFields, data: Buffer): MessageContent {
  let head = '';
  if (fields.event !== undefined) head += `"event":${JSON.stringify(fields.event)},`;
  if (fields.from !== undefined) head += `"from":${JSON.stringify(fields.from)},`;
  return head === '' ? Buffer.concat([DATA, data, END]) : Buffer.concat([Buffer.from(head), DATA, data, END]);
}
