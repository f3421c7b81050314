import { type Frame } from '../frames/web-socket-frame';

/** Where a subscription writes. */
export interface FrameSink {
  /** Whether the socket is within its limit. */
  readonly hasRoom: boolean;
  /** Takes a frame, always. False: the socket is over its limit, and the subscription must pause until it has drained. */
  write(frame: Frame): boolean;
}

/**
 * One connection following one stream.
 *
 * - `starting`: events are noted only; its position is being read while the registry commits its connection
 * - `live`: at the stream's position, or ahead of it
 * - `catching-up`: reads the log from its own position
 * - `paused`: its socket is over the limit; nothing is read or kept for it
 * - `ended`: follows nothing any more
 */
export type SubscriptionState = 'starting' | 'live' | 'catching-up' | 'paused' | 'ended';

/** The state of one subscription. Only the LocalStream it belongs to changes it. */
export class Subscription {
  state: SubscriptionState = 'starting';
  /** All up to here has been written, or will never come. */
  position = 0;

  constructor(readonly sink: FrameSink) {}
}
