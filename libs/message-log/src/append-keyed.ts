import { hotStatement, textArray, uuidArray, uuidBytes, type HotConnection } from '@switchboard/database';
import { SwitchboardError } from '@switchboard/protocol';
import { encodeMessageId } from '@switchboard/protocol/events';
import { columnsOf, type AppendItem } from './append-messages';
import type { AppendedMessage } from './new-message';

/** How long a key is known: 24 hours (the contract). */
export const KEY_KEPT_MS = 24 * 3_600_000;

const APPEND_KEYED = hotStatement(
  'append_keyed',
  `SELECT * FROM append_keyed($1::text[], $2::uuid[], $3::bytea[], $4::int8[], $5::text[], $6::text[], $7::uuid[], $8::int8)`,
);

type KeyedRow = readonly [ord: number, seq: number, id: string, createdMs: number, expiresMs: number, hash: string | null];

/**
 * Appends a batch in which messages may have idempotency keys. What repeats an earlier one, of the log or of this batch, gets its answer
 * instead of a number; with another hash it is refused.
 * @returns a message or its refusal, in the order of the batch
 * @throws HotQueryError; nothing was kept then
 */
export async function appendKeyed(
  connection: HotConnection,
  items: readonly AppendItem[],
): Promise<readonly (AppendedMessage | SwitchboardError)[]> {
  const firsts = firstOfEachKey(items);
  const placeOf = new Map(firsts.map((item, place) => [item, place]));
  const rows = await connection.query<KeyedRow>(APPEND_KEYED, [
    ...columnsOf(firsts),
    textArray(firsts.map(({ idempotency }) => idempotency?.sender ?? null)),
    textArray(firsts.map(({ idempotency }) => idempotency?.key ?? null)),
    uuidArray(firsts.map(({ idempotency }) => idempotency?.hash ?? null)),
    KEY_KEPT_MS,
  ]);
  const byPlace = new Map(rows.map((row) => [row[0] - 1, row]));
  const rowOfScope = new Map(firsts.map((item, place) => [scopeOf(item), byPlace.get(place)]));
  return items.map((item) => {
    const place = placeOf.get(item);
    const row = place === undefined ? rowOfScope.get(scopeOf(item)) : byPlace.get(place);
    if (row === undefined) throw new Error('the statement returned no row for a message');
    return answerOf(item, row);
  });
}

/** What names the message that a key stands for; undefined for a message without a key. */
function scopeOf({ stream, idempotency }: Pick<AppendItem, 'stream' | 'idempotency'>): string | undefined {
  return idempotency === undefined ? undefined : JSON.stringify([stream, idempotency.sender, idempotency.key]);
}

function firstOfEachKey(items: readonly AppendItem[]): AppendItem[] {
  const seen = new Set<string>();
  return items.filter((item) => {
    const scope = scopeOf(item);
    if (scope === undefined) return true;
    if (seen.has(scope)) return false;
    seen.add(scope);
    return true;
  });
}

function answerOf({ stream, uuid, idempotency }: AppendItem, row: KeyedRow): AppendedMessage | SwitchboardError {
  const [, seq, id, timeMs, expiresAtMs, hash] = row;
  if (idempotency !== undefined && (hash === null || !uuidBytes(hash).equals(idempotency.hash)))
    return new SwitchboardError('idempotency_conflict');
  const storedUuid = uuidBytes(id);
  // Our own id means that it was this very call that stored it, perhaps in an earlier try whose answer got lost.
  return { id: encodeMessageId({ uuid: storedUuid, stream, seq }), stream, seq, timeMs, expiresAtMs, isReplay: !storedUuid.equals(uuid) };
}
