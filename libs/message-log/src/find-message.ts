import { hotStatement, type HotConnection } from '@switchboard/database';
import { encodeMessageId, type MessageReference } from '@switchboard/protocol/events';

const FIND = hotStatement(
  'find_message',
  `SELECT coalesce(s.head, 0), m.id = $3::uuid, (extract(epoch FROM m.created_at) * 1000)::int8, (extract(epoch FROM m.expires_at) * 1000)::int8,
          m.expires_at <= now(), (extract(epoch FROM m.recalled_at) * 1000)::int8
   FROM (SELECT $1::text AS stream) r
   LEFT JOIN streams s ON s.key = r.stream
   LEFT JOIN LATERAL (SELECT * FROM messages x WHERE x.stream = r.stream AND x.seq = $2::int8 LIMIT 1) m ON true`,
);

type FoundRow = readonly [
  head: number,
  isSameId: boolean | null,
  createdMs: number | null,
  expiresMs: number | null,
  isExpired: boolean | null,
  recalledMs: number | null,
];

/** What the log knows of a message. Times in milliseconds since 1970. */
export interface MessageRecord {
  /** The public id. */
  readonly id: string;
  readonly stream: string;
  readonly seq: number;
  /** When the log took it; to the sender's clock where the message is gone. */
  readonly timeMs: number;
  /** Unknown where the message is gone. */
  readonly expiresAtMs: number | undefined;
  readonly isExpired: boolean;
  readonly recalledAtMs: number | undefined;
}

/**
 * Finds a message. One that is gone, though its stream has had its number, has expired; whether it was recalled before is forgotten then.
 * Undefined: there is no such message.
 * @throws HotQueryError
 */
export async function findMessage(connection: HotConnection, reference: MessageReference): Promise<MessageRecord | undefined> {
  const { stream, seq, uuid } = reference;
  const [row] = await connection.query<FoundRow>(FIND, [stream, seq, uuid.toString('hex')]);
  const [head = 0, isSameId, createdMs, expiresAtMs, isExpired, recalledAtMs] = row ?? [];
  const found = { id: encodeMessageId(reference), stream, seq };
  if (createdMs != null && expiresAtMs != null) {
    if (isSameId !== true) return undefined;
    return { ...found, timeMs: createdMs, expiresAtMs, isExpired: isExpired === true, recalledAtMs: recalledAtMs ?? undefined };
  }
  if (seq < 1 || seq > head) return undefined;
  return { ...found, timeMs: uuid.readUIntBE(0, 6), expiresAtMs: undefined, isExpired: true, recalledAtMs: undefined };
}
