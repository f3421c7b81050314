/** The token of `ApiOptions`. */
export const API_OPTIONS = Symbol('API_OPTIONS');

/** What the API needs to know besides its keys. */
export interface ApiOptions {
  /** The largest `data` of a message. */
  readonly dataBytes: number;
}
