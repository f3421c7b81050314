/** Why a bus did not do what it was asked, and whether trying again can help. */
export const BUS_ERRORS = {
  /** The broker did not answer within the deadline, or the bus is closed. Whether the event got through is not known. */
  bus_unavailable: { retryable: true },
  /** More events wait than the bus may hold in memory. */
  bus_queue_full: { retryable: true },
  bus_unknown_slot: { retryable: false },
  /** The event is larger than the broker takes. */
  bus_event_too_large: { retryable: false },
} as const satisfies Record<string, { readonly retryable: boolean }>;

/** The stable code of a bus error. */
export type BusErrorCode = keyof typeof BUS_ERRORS;

/** An event could not be handed over, or a slot not be read. */
export class BusError extends Error {
  override readonly name = 'BusError';

  constructor(
    readonly code: BusErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }

  /** Whether trying again can help. */
  get retryable(): boolean {
    return BUS_ERRORS[this.code].retryable;
  }
}
