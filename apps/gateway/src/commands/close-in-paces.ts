import { systemTimers, type Timers } from '@switchboard/database';
import { CLOSE } from '@switchboard/protocol';
import { type CloseCommand } from '@switchboard/protocol/events';
import { type ClientConnection } from '../connections/client-connection';
import { PacedWork } from '../pacing/paced-work';

/** Paced closings that one server carries out at the same time; an administrator has a few, and a mistaken script must not pile up more. */
const MOST_CLOSINGS = 100;

/** Closes connections, some per second if that is asked. */
export class CloseInPaces {
  private readonly works = new Set<PacedWork<ClientConnection>>();

  constructor(private readonly timers: Timers = systemTimers) {}

  /** Begins. False, and nothing is closed: as many closings as may be are under way. */
  close(connections: readonly ClientConnection[], { reason, perSecond }: Pick<CloseCommand, 'reason' | 'perSecond'>): boolean {
    if (perSecond === undefined) {
      for (const connection of connections) closeFor(reason, connection);
      return true;
    }
    if (this.works.size >= MOST_CLOSINGS) return false;
    const work = new PacedWork({
      items: connections,
      perSecond,
      timers: this.timers,
      act: (connection) => {
        closeFor(reason, connection);
      },
      done: () => {
        this.works.delete(work);
      },
    });
    this.works.add(work);
    work.start();
    return true;
  }

  /** Closes nothing further. */
  stop(): void {
    for (const work of this.works) work.stop();
    this.works.clear();
  }
}

function closeFor(reason: CloseCommand['reason'], connection: ClientConnection): void {
  if (connection.hasEnded) return;
  switch (reason) {
    case 'administrator':
      connection.close(CLOSE.closedByAdministrator);
      return;
    case 'replaced':
      connection.replace();
  }
}
