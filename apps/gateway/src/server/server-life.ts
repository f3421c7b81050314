import { Logger, type BeforeApplicationShutdown } from '@nestjs/common';
import { type BusTransport, EVERYBODYS_SLOT, settlesWithin } from '@switchboard/bus';
import { type Metrics } from '@switchboard/observability';
import { type ConnectionRegistry, type HeldSlot, type Lease, type RegistryCleaner, type SlotListener } from '@switchboard/registry';
import { type CloseInPaces } from '../commands/close-in-paces';
import { type KeepAcknowledgements } from '../acknowledgements/keep-acknowledgements';
import { type ChannelInterest } from '../connections/channel-interest';
import { type Connections } from '../connections/connections';
import { type ReconcileRound } from '../streams/reconcile-round';
import { type SpreadRound } from '../streams/spread-round';
import { type Drain } from './drain';

const CLOSE_PATIENCE_MS = 2_000;
const CLEANER_PATIENCE_MS = 2_000;
const ACKNOWLEDGEMENTS_PATIENCE_MS = 2_000;

/** What a server is made of, as far as its life concerns it. */
export interface ServerParts {
  readonly slot: HeldSlot;
  readonly transport: BusTransport;
  readonly connections: Connections;
  readonly acknowledgements: Pick<KeepAcknowledgements, 'close'>;
  readonly interest: ChannelInterest;
  readonly registry: ConnectionRegistry;
  readonly cleaner: RegistryCleaner;
  readonly reconcile: ReconcileRound;
  readonly membershipRound: SpreadRound<string>;
  readonly drain: Drain;
  readonly closing: CloseInPaces;
  readonly metrics: Metrics;
}

/**
 * The life of a server:
 *
 *     start: hold a slot (see HeldSlot) → admit
 *     the lease lapsed, and was renewed as it was → sweep all streams
 *     the slot was taken, and another one is held → register all again → sweep
 *     shutdown: admit no more → close the sockets → delete the rows → give the slot back
 *
 * Sockets stay open while a slot is lost and another one is leased.
 */
export class ServerLife implements SlotListener, BeforeApplicationShutdown {
  private readonly logger = new Logger(ServerLife.name);
  private isLeaving = false;

  constructor(private readonly parts: ServerParts) {}

  /** Whether connections can be admitted: a slot is held, and nobody asked this server to leave. */
  isAdmitting(): boolean {
    return !this.isLeaving && !this.parts.drain.isDraining && this.parts.slot.slot !== undefined;
  }

  /**
   * Resolves once connections can be admitted, or the server leaves. To be called when the transport listens.
   * @throws NoSlotFreeError, or what the database said
   */
  async start(): Promise<void> {
    const { slot, connections, reconcile, membershipRound, cleaner } = this.parts;
    const granted = await slot.start(this);
    if (granted === undefined || this.isLeaving) return;
    connections.start();
    reconcile.start();
    membershipRound.start();
    cleaner.start();
    this.logger.log(`This server has slot ${String(granted.slot)}, epoch ${String(granted.epoch)}`);
  }

  position(slot: number): Promise<void> {
    return this.parts.transport.follow([slot, EVERYBODYS_SLOT]);
  }

  async slotChanged({ slot }: Lease): Promise<void> {
    const { metrics, registry, connections, interest } = this.parts;
    this.logger.warn(`Another server took the slot; this one has slot ${String(slot)} now, and registers everything again`);
    metrics.set.leaseChanges.inc();
    const registered = registry.registerAll(connections.registered(), interest.channels());
    interest.knownOnce(registered);
    await registered;
    await this.sweep();
  }

  async leaseRecovered(): Promise<void> {
    this.logger.warn('The lease had lapsed and was renewed; all streams are compared with the log');
    await this.sweep();
  }

  slotFailed(error: unknown): void {
    this.logger.warn(`The slot could not be kept up, and is tried again: ${String(error)}`);
  }

  /** Before the app closes its HTTP server, which waits for sockets, and the backends, which the rows are deleted through. */
  async beforeApplicationShutdown(): Promise<void> {
    this.isLeaving = true;
    const { acknowledgements, connections, slot, registry, reconcile, membershipRound, cleaner, drain, closing } = this.parts;
    slot.leave();
    drain.stop();
    closing.stop();
    await connections.closeAll(CLOSE_PATIENCE_MS);
    reconcile.stop();
    membershipRound.stop();
    await acknowledgements.close(ACKNOWLEDGEMENTS_PATIENCE_MS);
    const shown = slot.hide();
    if (shown !== undefined) {
      await registry.clearServer(shown).catch((error: unknown) => {
        this.logger.warn(`The rows of this server are left to the cleaner: ${String(error)}`);
      });
    }
    registry.close();
    await slot.stop();
    await settlesWithin(cleaner.stop(), CLEANER_PATIENCE_MS);
  }

  /** Others told this server nothing for a while. */
  private async sweep(): Promise<void> {
    await this.parts.reconcile.sweep();
    await this.parts.membershipRound.sweep();
  }
}
