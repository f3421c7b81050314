import { Logger, type BeforeApplicationShutdown } from '@nestjs/common';
import { type BusTransport, EVERYBODYS_SLOT, settlesWithin } from '@switchboard/bus';
import { type Metrics } from '@switchboard/observability';
import {
  isSameLease,
  type ConnectionRegistry,
  type Lease,
  type LeaseListener,
  type RegistryCleaner,
  type ServerLease,
} from '@switchboard/registry';
import { type ChannelInterest } from '../connections/channel-interest';
import { type Connections } from '../connections/connections';
import { type ReconcileRound } from '../streams/reconcile-round';
import { type ShownLease } from './shown-lease';

const FOLLOW_RETRY_MS = 500;
const CLOSE_PATIENCE_MS = 2_000;
const CLEANER_PATIENCE_MS = 2_000;

/** What a server is made of, as far as its life concerns it. */
export interface ServerParts {
  readonly lease: ServerLease;
  readonly shownLease: ShownLease;
  readonly transport: BusTransport;
  readonly connections: Connections;
  readonly interest: ChannelInterest;
  readonly registry: ConnectionRegistry;
  readonly cleaner: RegistryCleaner;
  readonly reconcile: ReconcileRound;
  readonly metrics: Metrics;
}

/**
 * The life of a server:
 *
 *     start: lease a slot → position the readers → show the lease → admit
 *     the lease lapsed, and was renewed as it was → sweep all streams
 *     the slot was taken → lease anew → position the readers → show the new lease → register all again → sweep
 *     shutdown: admit no more → close the sockets → delete the rows → give the slot back
 *
 * Sockets stay open while a lease is lost and leased anew.
 */
export class ServerLife implements LeaseListener, BeforeApplicationShutdown {
  private readonly logger = new Logger(ServerLife.name);
  private isLeaving = false;

  constructor(private readonly parts: ServerParts) {}

  /** Whether the lease is held and its readers are positioned. */
  holdsLease(): boolean {
    return this.parts.shownLease.current !== undefined && this.parts.lease.isHeld();
  }

  /** The slot whose lease is held; undefined while there is none. */
  heldSlot(): number | undefined {
    return this.holdsLease() ? this.parts.shownLease.current?.slot : undefined;
  }

  /** Whether connections can be admitted: the lease is held, and nobody asked this server to leave. */
  isAdmitting(): boolean {
    return !this.isLeaving && this.holdsLease();
  }

  /**
   * Resolves once connections can be admitted, or the server leaves. To be called when the transport listens.
   * @throws NoSlotFreeError, or what the database said
   */
  async start(): Promise<void> {
    const { lease, shownLease, connections, reconcile, cleaner } = this.parts;
    lease.listen(this);
    const granted = await lease.start().catch((error: unknown) => {
      if (!this.isLeaving) throw error;
    });
    if (granted === undefined || this.isLeaving) return;
    connections.start();
    reconcile.start();
    cleaner.start();
    if (!(await this.followPatiently(granted))) return;
    shownLease.show(granted);
    this.logger.log(`This server has slot ${String(granted.slot)}, epoch ${String(granted.epoch)}`);
  }

  async leaseChanged(lease: Lease): Promise<void> {
    const { shownLease, metrics, registry, connections, interest, reconcile } = this.parts;
    this.logger.warn(`Another server took the slot; this one has slot ${String(lease.slot)} now, and registers everything again`);
    metrics.set.leaseChanges.inc();
    shownLease.hide();
    if (!(await this.followPatiently(lease))) return;
    shownLease.show(lease);
    const registered = registry.registerAll(connections.registered(), interest.channels());
    interest.knownOnce(registered);
    await registered;
    await reconcile.sweep();
  }

  async leaseRecovered(): Promise<void> {
    this.logger.warn('The lease had lapsed and was renewed; all streams are compared with the log');
    await this.parts.reconcile.sweep();
  }

  leaseFailed(error: unknown): void {
    this.logger.warn(`The lease could not be kept up: ${String(error)}`);
  }

  /** Before the app closes its HTTP server, which waits for sockets, and the backends, which the rows are deleted through. */
  async beforeApplicationShutdown(): Promise<void> {
    this.isLeaving = true;
    const { connections, lease, shownLease, registry, reconcile, cleaner } = this.parts;
    await connections.closeAll(CLOSE_PATIENCE_MS);
    reconcile.stop();
    const shown = shownLease.current;
    shownLease.hide();
    if (shown !== undefined) {
      await registry.clearServer(shown).catch((error: unknown) => {
        this.logger.warn(`The rows of this server are left to the cleaner: ${String(error)}`);
      });
    }
    registry.close();
    await lease.stop();
    await settlesWithin(cleaner.stop(), CLEANER_PATIENCE_MS);
  }

  /** Positions the readers for a lease. False: it has been replaced by another one meanwhile, or the server leaves. */
  private async followPatiently(wanted: Lease): Promise<boolean> {
    while (this.isWanted(wanted)) {
      try {
        await this.parts.transport.follow([wanted.slot, EVERYBODYS_SLOT]);
        return this.isWanted(wanted);
      } catch (error) {
        this.logger.warn(`Slot ${String(wanted.slot)} cannot be read yet: ${String(error)}`);
        await new Promise((resolve) => setTimeout(resolve, FOLLOW_RETRY_MS));
      }
    }
    return false;
  }

  private isWanted(lease: Lease): boolean {
    const { current } = this.parts.lease;
    return !this.isLeaving && current !== undefined && isSameLease(current, lease);
  }
}
