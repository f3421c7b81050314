import type { StartWish, StreamKey } from '@switchboard/protocol';

/** Where a subscription of any stream may begin. */
type Place =
  /** Behind `after`, or at the head if that is beyond it. */
  | { readonly kind: 'resume'; readonly after: number }
  /** At the head. */
  | { readonly kind: 'now' }
  /** Right before the first message that is still kept, or at the head if none is. */
  | { readonly kind: 'earliest' };

/**
 * Where a client begins in its user's own stream:
 *
 * 1. behind `resume`, if it says so;
 * 2. else at the cursor of its device;
 * 3. else as `start` says: `now`; `earliest`; or `unacked`, behind what the user has acknowledged on whichever device, which for a user who
 *    never has is `earliest`.
 *
 * Where a device begins for the first time becomes its cursor. A client that names no device begins as a new one, each time.
 */
interface ClientPlace {
  readonly kind: 'client';
  readonly user: string;
  readonly device?: string | undefined;
  readonly resume?: number | undefined;
  readonly start: StartWish;
}

/** Where a subscription of a stream is to begin. */
export interface StreamStart {
  readonly stream: StreamKey;
  readonly from: Place | ClientPlace;
}

/** Where it begins: every message behind `after` will come. The head of a stream that does not exist is 0. */
export interface StartPosition {
  readonly after: number;
  readonly head: number;
}
