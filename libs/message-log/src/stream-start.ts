import type { StreamKey } from '@switchboard/protocol';

/**
 * Where a subscription of a stream is to begin:
 * - `resume`: behind `after`, or at the head if that is beyond it;
 * - `now`: at the head;
 * - `earliest`: right before the first message that is still kept, or at the head if none is.
 */
export interface StreamStart {
  readonly stream: StreamKey;
  readonly from: { readonly kind: 'resume'; readonly after: number } | { readonly kind: 'now' } | { readonly kind: 'earliest' };
}

/** Where it begins: every message behind `after` will come. The head of a stream that does not exist is 0. */
export interface StartPosition {
  readonly after: number;
  readonly head: number;
}
