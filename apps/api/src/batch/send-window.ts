/** What may be under way at once. */
export interface SendWindowLimits {
  readonly messages: number;
  readonly bytes: number;
}

/** Bounds what one batch has under way, so that reading it waits for the log. What alone is over the limits goes alone. */
export class SendWindow {
  private messages = 0;
  private bytes = 0;
  private whenLeft: (() => void) | undefined;

  constructor(private readonly limits: SendWindowLimits) {}

  /** Whether there is room for so many more messages, of so many bytes. */
  hasRoom(messages: number, bytes: number): boolean {
    return this.messages === 0 || (this.messages + messages <= this.limits.messages && this.bytes + bytes <= this.limits.bytes);
  }

  /** Resolves once there is room. One caller waits at a time. */
  async waitForRoom(messages: number, bytes: number): Promise<void> {
    while (!this.hasRoom(messages, bytes)) await new Promise<void>((resolve) => (this.whenLeft = resolve));
  }

  /** Takes the room. */
  enter(messages: number, bytes: number): void {
    this.messages += messages;
    this.bytes += bytes;
  }

  /** Gives it back. */
  leave(messages: number, bytes: number): void {
    this.enter(-messages, -bytes);
    this.whenLeft?.();
  }
}
