import { encodeMessageId } from '@switchboard/protocol/events';
import { userStream } from '@switchboard/protocol';
import { uuidBytes } from '@switchboard/database';

/** The version of the events that are published. */
const VERSION = 1;

/** A message that a receipt is about, as the log has it. */
export interface ReceiptMessage {
  readonly user: string;
  readonly seq: number;
  /** The text of its uuid. */
  readonly uuid: string;
}

/** The first acknowledgement of a message. */
export function acknowledgedReceipt(message: ReceiptMessage, device: string | undefined, time: string): string {
  return JSON.stringify({ version: VERSION, type: 'acknowledged', time, ...about(message), ...(device === undefined ? {} : { device }) });
}

/** A message whose time was over before anybody acknowledged it. */
export function expiredReceipt(message: ReceiptMessage, time: string): string {
  return JSON.stringify({ version: VERSION, type: 'expired', time, ...about(message) });
}

function about({ user, seq, uuid }: ReceiptMessage): { id: string; stream: string; seq: number; user: string } {
  const stream = userStream(user);
  return { id: encodeMessageId({ uuid: uuidBytes(uuid), stream, seq }), stream, seq, user };
}
