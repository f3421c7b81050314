import type { RegistrySettings } from '@switchboard/config';
import { deleteByWindows, systemTimers, type HotConnection, type Timers, windowDelete } from '@switchboard/database';
import type { DataSource, EntityManager } from 'typeorm';
import { Server } from './entities';
import { isSameLease, type Lease } from './lease';
import { tellDisconnected } from './lifecycle-events';
import { OWNED_TABLES } from './owned-tables';
import { tellsLifecycle, type TellsLifecycle } from './tells-lifecycle';

/** The settings that a cleaner reads. */
export type RegistryCleanerSettings = Pick<RegistrySettings, 'leaseMs' | 'registryCleanIntervalMs'> & TellsLifecycle;

/** What one round did. */
export interface CleaningReport {
  /** Slots taken from servers that are long dead. */
  readonly slotsFenced: number;
  readonly rowsDeleted: number;
}

/** Hears of every round; for logs and metrics. */
export interface CleaningObserver {
  cleaned(report: CleaningReport): void;
  /** The round failed; the next one tries again. */
  cleaningFailed(error: unknown): void;
}

/** The advisory lock that whoever cleans holds: 'swbd' as a number, and 3. */
const CLEANING_LOCK = [0x73776264, 3] as const;

/** A server that has not renewed for two leases beyond the end of its last one is taken for dead. */
const LEASES_UNTIL_DEAD = 2;

/**
 * Epochs only grow, so a row below the epoch of its slot is dead for ever: that stays true however old the snapshot of the statement is.
 * "No server has this slot and epoch" would not; a row of a server that leased just now would fulfil it.
 */
const DEAD_ROWS = 'EXISTS (SELECT FROM servers s WHERE s.slot = c.slot AND s.epoch > c.epoch)';
const SWEEP = OWNED_TABLES.map((table) => [table, windowDelete(table, 'sweep', DEAD_ROWS)] as const);

/** Which server it was is not known any more. */
const TELL_LOST = tellDisconnected('gone', { server: 'null', code: 'null', reason: `'server lost'` });
const SWEEP_AND_TELL = OWNED_TABLES.map(
  (table) => [table, windowDelete(table, 'sweep', DEAD_ROWS, table === 'connections' ? TELL_LOST : undefined)] as const,
);

/**
 * Deletes what dead servers left. Such rows count for nothing; they only take room.
 *
 * A round first raises the epoch of slots whose server was long dead in the round before too: after an outage of the database every lease
 * has lapsed, and the living must have the time to renew. Then, if any epoch was raised since the last sweep, by whomever, it deletes the
 * rows below. One process cleans at a time; others skip their round.
 */
export class RegistryCleaner {
  private suspects: readonly Lease[] = [];
  private round: Promise<void> | undefined;
  private cancelNext: (() => void) | undefined;
  private isStopped = true;

  /** @param dataSource knows `registryEntities`; each round takes one of its connections, needing session pooling for the lock */
  constructor(
    private readonly dataSource: DataSource,
    private readonly hot: HotConnection,
    private readonly settings: RegistryCleanerSettings,
    private readonly observer: CleaningObserver,
    private readonly timers: Timers = systemTimers,
  ) {}

  /** Cleans about every `registryCleanIntervalMs` from now on, half of it to one and a half, so that servers do not come all at once. */
  start(): void {
    this.isStopped = false;
    this.scheduleNext();
  }

  /** Waits for the round under way. Never rejects. */
  async stop(): Promise<void> {
    this.isStopped = true;
    this.cancelNext?.();
    await this.round;
  }

  /**
   * One round; undefined if another process is at it.
   * @throws QueryFailedError or HotQueryError if the database fails
   */
  async clean(): Promise<CleaningReport | undefined> {
    const runner = this.dataSource.createQueryRunner();
    try {
      await runner.connect();
      const [lock] = (await runner.query('SELECT pg_try_advisory_lock($1, $2) AS "isOurs"', [...CLEANING_LOCK])) as [{ isOurs: boolean }];
      if (!lock.isOurs) return undefined;
      try {
        const slotsFenced = await this.fence(runner.manager);
        return { slotsFenced, rowsDeleted: await this.sweep(runner.manager) };
      } finally {
        await runner.query('SELECT pg_advisory_unlock($1, $2)', [...CLEANING_LOCK]);
      }
    } catch (error) {
      this.suspects = [];
      throw error;
    } finally {
      await runner.release();
    }
  }

  /** At least half a lease lies between two rounds: more than the third after which a living server tries again to renew. */
  private get leastIntervalMs(): number {
    return Math.max(this.settings.registryCleanIntervalMs, this.settings.leaseMs);
  }

  private scheduleNext(): void {
    if (this.isStopped) return;
    this.cancelNext = this.timers.after(this.leastIntervalMs * (0.5 + Math.random()), () => {
      this.round = this.cleanAndTell().then(() => {
        this.scheduleNext();
      });
    });
  }

  private async cleanAndTell(): Promise<void> {
    try {
      const report = await this.clean();
      if (report !== undefined) this.observer.cleaned(report);
    } catch (error) {
      this.observer.cleaningFailed(error);
    }
  }

  private async fence(manager: EntityManager): Promise<number> {
    const before = this.suspects;
    const dead = { longMs: this.settings.leaseMs * LEASES_UNTIL_DEAD };
    const isDead = `server_id IS NOT NULL AND lease_until < clock_timestamp() - :longMs * interval '1 millisecond'`;
    this.suspects = await manager.createQueryBuilder(Server, 'server').where(isDead, dead).getMany();
    let fenced = 0;
    for (const suspect of this.suspects.filter((lease) => before.some((other) => isSameLease(lease, other)))) {
      const { affected } = await manager
        .createQueryBuilder()
        .update(Server)
        .set({ epoch: () => 'epoch + 1', serverId: null, role: null, address: null, leasedAt: null })
        .where('slot = :slot AND epoch = :epoch', { slot: suspect.slot, epoch: suspect.epoch })
        .andWhere(isDead, dead)
        .execute();
      fenced += affected ?? 0;
    }
    return fenced;
  }

  private async sweep(manager: EntityManager): Promise<number> {
    const unswept = await manager.createQueryBuilder(Server, 'server').where('swept_epoch < epoch').getMany();
    if (unswept.length === 0) return 0;
    let deleted = 0;
    for (const [table, statement] of tellsLifecycle(this.settings) ? SWEEP_AND_TELL : SWEEP)
      deleted += await deleteByWindows(this.hot, table, statement, []);
    for (const { slot, epoch } of unswept) {
      await manager.createQueryBuilder().update(Server).set({ sweptEpoch: epoch }).where('slot = :slot', { slot }).execute();
    }
    return deleted;
  }
}
