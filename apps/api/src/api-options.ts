/** The token of `ApiOptions`. */
export const API_OPTIONS = Symbol('API_OPTIONS');

/** What the API needs to know besides its keys. */
export interface ApiOptions {
  /** The largest `data` of a message. */
  readonly dataBytes: number;
  /** How many batches may be sent at once. */
  readonly mostBatches: number;
  /** How many messages of one batch may be under way. */
  readonly batchWindow: number;
}
