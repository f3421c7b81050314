import { isUtf8 } from 'node:buffer';
import { isSeq, SwitchboardError, type ClientFrame } from '@switchboard/protocol';
import { clientFrameSchemas } from '@switchboard/protocol/schemas';

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

/**
 * Reads what a client sent.
 * @throws FrameError `bad_frame` for what is no frame at all or of an unknown type, `invalid_field` for a field that is out of bounds
 */
export function decodeClientFrame(bytes: Buffer, isBinary: boolean): ClientFrame {
  const value = isBinary ? undefined : parseObject(bytes);
  if (value === undefined) throw violation('The frame is not a JSON object in a text frame.');
  const { type, id } = value as { type?: unknown; id?: unknown };
  if (typeof type !== 'string' || !Object.hasOwn(clientFrameSchemas, type)) throw violation('The type of the frame is not known.', id);
  const result = clientFrameSchemas[type as keyof typeof clientFrameSchemas].safeParse(value);
  if (result.success) return result.data as ClientFrame;
  const [issue] = result.error.issues;
  const problem = new SwitchboardError('invalid_field', `The field ${issue?.path.join('.') ?? ''} ${issue?.message ?? 'is not valid'}.`);
  throw new FrameError(problem, idOf(id), false, type);
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
