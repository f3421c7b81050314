/** What is done about peers that are silent. */
export interface HeartbeatActions<Peer> {
  /** Nothing has come for an interval. */
  ask(peer: Peer): void;
  /** Nothing has come for two intervals. */
  giveUp(peer: Peer): void;
}

interface Pulse<Peer> {
  wasHeard: boolean;
  wasAsked: boolean;
  readonly bucket: Bucket<Peer>;
}

interface Bucket<Peer> {
  readonly pulses: Map<Peer, Pulse<Peer>>;
  next: Bucket<Peer>;
}

const BUCKETS = 25;

/**
 * Watches that peers are heard of, without a timer for each: they are dealt into buckets, and each bucket is looked at once an interval.
 * A peer that was silent since the last look is asked; one that is silent at the next look as well is given up.
 */
export class Heartbeat<Peer extends object> {
  private readonly pulses = new WeakMap<Peer, Pulse<Peer>>();
  private timer: NodeJS.Timeout | undefined;
  private current = ringOfBuckets<Peer>();

  constructor(
    private readonly intervalMs: number,
    private readonly actions: HeartbeatActions<Peer>,
  ) {}

  /** Begins to look. */
  start(): void {
    this.timer ??= setInterval(() => {
      this.look();
    }, this.intervalMs / BUCKETS).unref();
  }

  /** Ends it. */
  stop(): void {
    clearInterval(this.timer);
    this.timer = undefined;
  }

  /** Watches a peer; its first interval begins now. */
  add(peer: Peer): void {
    const bucket = this.current;
    const pulse = { wasHeard: false, wasAsked: false, bucket };
    bucket.pulses.set(peer, pulse);
    this.pulses.set(peer, pulse);
  }

  /** Something has come from a peer. */
  heard(peer: Peer): void {
    const pulse = this.pulses.get(peer);
    if (pulse !== undefined) pulse.wasHeard = true;
  }

  /** Watches a peer no longer. */
  remove(peer: Peer): void {
    this.pulses.get(peer)?.bucket.pulses.delete(peer);
    this.pulses.delete(peer);
  }

  /** Looks at the next bucket. */
  look(): void {
    this.current = this.current.next;
    for (const [peer, pulse] of this.current.pulses) this.lookAt(peer, pulse);
  }

  private lookAt(peer: Peer, pulse: Pulse<Peer>): void {
    if (pulse.wasHeard) {
      pulse.wasHeard = false;
      pulse.wasAsked = false;
    } else if (pulse.wasAsked) {
      this.actions.giveUp(peer);
    } else {
      pulse.wasAsked = true;
      this.actions.ask(peer);
    }
  }
}

function ringOfBuckets<Peer>(): Bucket<Peer> {
  const last = { pulses: new Map<Peer, Pulse<Peer>>() } as Bucket<Peer>;
  let first = last;
  for (let count = 1; count < BUCKETS; count += 1) first = { pulses: new Map(), next: first };
  last.next = first;
  return first;
}
