import { type Backends } from '@switchboard/backends';
import { decodeBusEvent } from '@switchboard/protocol/events';
import { HeldSlot, LeaseStore, ServerLease } from '@switchboard/registry';
import { AwaitReplies, ChangeMembership, SendCommand } from '@switchboard/routing';

/** A slot at which a sender of a test installation is answered, as an API process is. */
export class TestAnswers {
  readonly awaitReplies: AwaitReplies;
  readonly sendCommand: SendCommand;
  readonly changeMembership: ChangeMembership;
  private readonly slot: HeldSlot;

  /** @param backends connected before `start` */
  constructor(private readonly backends: Backends) {
    const { bus, leasePool } = backends;
    const lease = { serverId: 'sender', role: 'api', maxSlot: 64, leaseMs: 60_000, waitMs: 10_000 } as const;
    this.slot = new HeldSlot(new ServerLease(new LeaseStore(leasePool), lease));
    this.awaitReplies = new AwaitReplies(this.slot, 1_000);
    this.sendCommand = new SendCommand(this.awaitReplies, bus, { commandSent: () => undefined, commandFailed: () => undefined });
    this.changeMembership = new ChangeMembership({
      members: backends.channelMembers,
      servers: backends.serverLookup,
      sendCommand: this.sendCommand,
      mostMemberships: 100,
      hintLost: () => undefined,
    });
  }

  /** Leases the slot, unless that has happened. */
  async start(): Promise<void> {
    if (this.slot.current !== undefined) return;
    await this.slot.start({
      position: async (slot) => {
        await this.backends.bus.follow(slot, (events) => {
          for (const bytes of events) this.take(bytes);
        });
      },
      slotChanged: () => undefined,
      leaseRecovered: () => undefined,
      slotFailed: () => undefined,
    });
  }

  stop(): Promise<void> {
    return this.slot.stop();
  }

  private take(bytes: Buffer): void {
    const event = decodeBusEvent(bytes);
    if (event.kind === 'reply') this.awaitReplies.replied(event.id, event.reply);
  }
}
