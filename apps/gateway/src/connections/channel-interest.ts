/** Makes known, or no longer, that this server has subscribers of a channel. */
export interface ChannelRegistry {
  addChannel(channel: string): Promise<void>;
  removeChannel(channel: string): Promise<void>;
}

interface Interest {
  subscribers: number;
  known: Promise<void>;
}

/** Counts the local subscribers of each channel; the registry hears of the first and of the last. */
export class ChannelInterest {
  private readonly interests = new Map<string, Interest>();

  constructor(private readonly registry: ChannelRegistry) {}

  /** The channels that have subscribers here. */
  channels(): IterableIterator<string> {
    return this.interests.keys();
  }

  /** Counts a subscriber; resolves once others know that messages of the channel concern this server. `remove` undoes it, in any case. */
  add(channel: string): Promise<void> {
    let interest = this.interests.get(channel);
    if (interest === undefined) {
      interest = { subscribers: 0, known: this.registry.addChannel(channel) };
      this.interests.set(channel, interest);
    }
    interest.subscribers += 1;
    return interest.known;
  }

  /** All channels are being made known anew: further subscribers wait for that. */
  knownOnce(registered: Promise<void>): void {
    registered.catch(() => undefined); // Whoever subscribes, and whoever registers, hears of it.
    for (const interest of this.interests.values()) interest.known = registered;
  }

  /** A subscriber has gone. */
  remove(channel: string): void {
    const interest = this.interests.get(channel);
    if (interest === undefined) return;
    interest.subscribers -= 1;
    if (interest.subscribers > 0) return;
    this.interests.delete(channel);
    void this.registry.removeChannel(channel);
  }
}
