import { Module, type DynamicModule } from '@nestjs/common';
import { Backends } from '@switchboard/backends';
import { BusTransport } from '@switchboard/bus';
import { type registrySettings, type SettingsOf } from '@switchboard/config';
import { Metrics } from '@switchboard/observability';
import { HeldSlot, LeaseStore, makeServerId, ServerLease } from '@switchboard/registry';
import { AwaitReplies, DatabaseClock } from '@switchboard/routing';
import { AnswerSlot } from './answer-slot';
import { RepliesController } from './replies.controller';

type RegistrySettings = SettingsOf<typeof registrySettings>;

/** Lets a process without sockets be answered. Exports `AwaitReplies`, `DatabaseClock`, and what the app starts: first `BusTransport` as a microservice, then `AnswerSlot`. */
@Module({ controllers: [RepliesController] })
export class AnswerSlotModule {
  /** Needs BackendsModule. */
  static with(settings: RegistrySettings): DynamicModule {
    return {
      module: AnswerSlotModule,
      providers: [
        { provide: BusTransport, inject: [Backends], useFactory: ({ bus }: Backends) => new BusTransport(bus) },
        { provide: HeldSlot, inject: [Backends], useFactory: (backends: Backends) => new HeldSlot(createLease(backends, settings)) },
        { provide: DatabaseClock, inject: [HeldSlot], useFactory: (slot: HeldSlot) => new DatabaseClock(slot) },
        {
          provide: AwaitReplies,
          inject: [HeldSlot, Metrics],
          useFactory: (slot: HeldSlot, metrics: Metrics) => {
            const awaitReplies = new AwaitReplies(slot, settings.mostAwaitedReplies);
            metrics.measure('leaseHeld', () => (slot.slot === undefined ? 0 : 1));
            metrics.measure('repliesAwaited', () => awaitReplies.size);
            return awaitReplies;
          },
        },
        {
          provide: AnswerSlot,
          inject: [HeldSlot, BusTransport, AwaitReplies],
          useFactory: (slot: HeldSlot, transport: BusTransport, awaitReplies: AwaitReplies) =>
            new AnswerSlot(slot, transport, awaitReplies),
        },
      ],
      exports: [AwaitReplies, DatabaseClock, BusTransport, AnswerSlot],
    };
  }
}

function createLease({ leasePool, bus }: Backends, settings: RegistrySettings): ServerLease {
  return new ServerLease(new LeaseStore(leasePool), {
    serverId: settings.serverId ?? makeServerId(),
    role: 'api',
    address: settings.serverAddress,
    leaseMs: settings.leaseMs,
    waitMs: settings.leaseWaitMs,
    // Known once the bus is connected.
    get maxSlot() {
      return bus.slots;
    },
  });
}
