const DAY_MS = 86_400_000;
/** So that a process that cannot make partitions for a day or two still finds some, and so that clocks may differ. */
const SPARE_DAYS = 2;
/** A statement that began before midnight may still read what had not expired then; none takes minutes. */
const DROP_MARGIN_MS = 5 * 60_000;
const NAME = /^messages_(\d{4})(\d\d)(\d\d)$/;

/** The partition of the messages that expire on one day, in UTC. */
export interface PartitionDay {
  readonly name: string;
  /** ISO 8601; the first moment of the day. */
  readonly from: string;
  /** ISO 8601; the first moment of the next day. */
  readonly to: string;
}

/** The partitions that messages of at most `maxTtlMs` need: of today to the day of the last expiry, and two days of spare. */
export function neededPartitions(nowMs: number, maxTtlMs: number): PartitionDay[] {
  const first = Math.floor(nowMs / DAY_MS);
  const last = Math.floor((nowMs + maxTtlMs) / DAY_MS) + SPARE_DAYS;
  return Array.from({ length: last - first + 1 }, (_, index) => partitionOf(first + index));
}

/** Whether all messages in the partition of this name have expired for some minutes; false for other names. */
export function isExpiredPartition(name: string, nowMs: number): boolean {
  const [, year, month, day] = NAME.exec(name) ?? [];
  if (year === undefined) return false;
  return Date.UTC(Number(year), Number(month) - 1, Number(day)) + DAY_MS + DROP_MARGIN_MS < nowMs;
}

function partitionOf(day: number): PartitionDay {
  const from = new Date(day * DAY_MS).toISOString();
  return { name: `messages_${from.slice(0, 10).replaceAll('-', '')}`, from, to: new Date((day + 1) * DAY_MS).toISOString() };
}
