/** Where an answer goes: the slot of the process that waits, and the id it knows the answer by. */
export interface ReplyAddress {
  readonly slot: number;
  readonly id: string;
}

/** Somebody waits until a message was written to a socket, or acknowledged. */
export interface Wait extends ReplyAddress {
  readonly until: 'written' | 'acked';
  /** When nobody waits any more, in milliseconds since 1970, on the database's clock. */
  readonly deadlineMs: number;
}

/** What became of a message that somebody waits for. */
export interface OutcomeReply {
  readonly name: 'outcome';
  readonly outcome: 'written' | 'acked';
  /** Absent where the client named no device. */
  readonly device?: string | undefined;
}

/** A server does what it was told to. */
export interface DoneReply {
  readonly name: 'done';
  readonly server: string;
  /** How many connections it concerns. */
  readonly connections: number;
}

/** An answer over the bus. */
export type Reply = OutcomeReply | DoneReply;
