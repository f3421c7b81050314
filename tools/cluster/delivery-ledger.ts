/** What became of all messages of a run. */
export interface DeliveryTotals {
  readonly accepted: number;
  /** Sends that were not answered with 202. One whose answer got lost may arrive all the same. */
  readonly refused: number;
  /** Messages that arrived at least once. */
  readonly received: number;
  /** Accepted and not received. */
  readonly lost: number;
  /** Arrivals beyond the first of a message. */
  readonly repeated: number;
  /** First arrivals after a message that was sent later to the same user. */
  readonly outOfOrder: number;
}

class UserRecord {
  sent = 0;
  highest = 0;
  readonly accepted = new Set<number>();
  readonly received = new Set<number>();
}

/**
 * Keeps the books on both ends: what the API accepted for each user, and what arrived there. Messages to a user carry numbers 1, 2, 3, … of this ledger's own, so
 * that it proves what Switchboard's seq promises. The order is only checked rightly if a message is sent after the answer to the one before, to the same user.
 */
export class DeliveryLedger {
  private readonly users = new Map<string, UserRecord>();
  private refusedCount = 0;
  private repeatedCount = 0;
  private outOfOrderCount = 0;
  private acceptedCount = 0;
  private receivedCount = 0;
  private missingCount = 0;

  /** How many accepted messages have not arrived yet. */
  get missing(): number {
    return this.missingCount;
  }

  /** The number for the next message to a user. */
  nextNumber(user: string): number {
    return (this.recordOf(user).sent += 1);
  }

  /** The API answered 202. The message may have arrived before. */
  noteAccepted(user: string, number: number): void {
    const record = this.recordOf(user);
    record.accepted.add(number);
    this.acceptedCount += 1;
    if (!record.received.has(number)) this.missingCount += 1;
  }

  /** The API answered anything else, or nothing. */
  noteRefused(): void {
    this.refusedCount += 1;
  }

  /** A message arrived at the user's client. Tells whether for the first time. */
  noteReceived(user: string, number: number): boolean {
    const record = this.recordOf(user);
    if (record.received.has(number)) {
      this.repeatedCount += 1;
      return false;
    }
    record.received.add(number);
    this.receivedCount += 1;
    if (record.accepted.has(number)) this.missingCount -= 1;
    if (number < record.highest) this.outOfOrderCount += 1;
    record.highest = Math.max(record.highest, number);
    return true;
  }

  totals(): DeliveryTotals {
    return {
      accepted: this.acceptedCount,
      refused: this.refusedCount,
      received: this.receivedCount,
      lost: this.missingCount,
      repeated: this.repeatedCount,
      outOfOrder: this.outOfOrderCount,
    };
  }

  private recordOf(user: string): UserRecord {
    let record = this.users.get(user);
    if (record === undefined) this.users.set(user, (record = new UserRecord()));
    return record;
  }
}
