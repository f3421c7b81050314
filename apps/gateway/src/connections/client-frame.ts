import { isUtf8 } from 'node:buffer';
import { isSeq, SwitchboardError, type ClientFrame, type SendFrame } from '@switchboard/protocol';
import { clientFrameSchemas, dataBytes } from '@switchboard/protocol/schemas';

/** A `send` with the bytes of its data as they came. */
export type SendFrameRead = Omit<SendFrame, 'data'> & { readonly data: Buffer };

/** A frame that cannot be taken, with the id of the client's request if it had one. */
export class FrameError extends Error {
  override readonly name = 'FrameError';

  constructor(
    readonly problem: SwitchboardError,
    readonly id: number | undefined,
    /** Whether it breaks the protocol, rather than asking for something out of bounds. */
    readonly isViolation: boolean,
    /** The type of the frame, as far as it has one that is known. */
    readonly type?: string,
  ) {
    super(problem.message);
  }
}

/** A frame of a client; of a message the bytes of `data` as they came, so that they reach the receivers unchanged. */
export type DecodedFrame = Exclude<ClientFrame, SendFrame> | SendFrameRead;

/**
 * Reads what a client sent.
 * @throws FrameError `bad_frame` for what is no frame at all or of an unknown type, `invalid_field` for a field that is out of bounds
 */
export function decodeClientFrame(bytes: Buffer, isBinary: boolean): DecodedFrame {
  const value = isBinary ? undefined : parseObject(bytes);
  if (value === undefined) throw violation('The frame is not a JSON object in a text frame.');
  const { type, id } = value as { type?: unknown; id?: unknown };
  if (typeof type !== 'string' || !Object.hasOwn(clientFrameSchemas, type)) throw violation('The type of the frame is not known.', id);
  const result = clientFrameSchemas[type as keyof typeof clientFrameSchemas].safeParse(value);
  if (result.success)
    return type === 'send' ? withDataBytes(result.data as SendFrame, bytes) : (result.data as Exclude<ClientFrame, SendFrame>);
  const [issue] = result.error.issues;
  const problem = new SwitchboardError('invalid_field', `The field ${issue?.path.join('.') ?? ''} ${issue?.message ?? 'is not valid'}.`);
  throw new FrameError(problem, idOf(id), false, type);
}

function withDataBytes(frame: SendFrame, bytes: Buffer): SendFrameRead {
  try {
    const data = dataBytes(bytes);
    if (data !== undefined) return { ...frame, data };
  } catch (error) {
    if (error instanceof SwitchboardError) throw new FrameError(error, frame.id, false, frame.type);
    throw error;
  }
  throw new FrameError(new SwitchboardError('invalid_field', 'The field data is required.'), frame.id, false, frame.type);
}

function parseObject(bytes: Buffer): object | undefined {
  if (!isUtf8(bytes)) return undefined;
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8'));
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function violation(message: string, id?: unknown): FrameError {
  return new FrameError(new SwitchboardError('bad_frame', message), idOf(id), true);
}

function idOf(id: unknown): number | undefined {
  return isSeq(id) ? id : undefined;
}
