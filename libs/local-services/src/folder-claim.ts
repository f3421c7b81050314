import { randomBytes } from 'node:crypto';
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LocalServiceError } from './local-service';
import { identifyProcess, isAlive, type ProcessIdentity } from './process-identity';
import { waitUntil } from './wait-until';

/** The right to run a service in a folder; it ends with `release`, or with the process that holds it. */
export interface FolderClaim {
  /** Notes the service, so that a successor can end it should this process die and leave it behind. */
  noteService(pid: number): void;
  release(): void;
}

interface ClaimRecord {
  readonly owner: ProcessIdentity;
  readonly service?: ProcessIdentity;
}

/** The file in the folder that says who runs a service there. */
export const CLAIM_FILE = 'owner.json';

const LEFTOVER_ENDS_BY_ITSELF_MS = 5_000;
const LEFTOVER_OBEYS_MS = 5_000;

/**
 * Claims a folder for one service of this process. A service that a killed predecessor left behind gets a few seconds to end (its watchdog stops it), then the given
 * signals one after the other. Throws while the predecessor itself is alive: a running service is never touched.
 */
export async function claimFolder(folder: string, name: string, stopSignals: readonly NodeJS.Signals[]): Promise<FolderClaim> {
  const file = join(folder, CLAIM_FILE);
  const owner = identifyProcess(process.pid);
  if (owner === undefined)
    throw new LocalServiceError(`${name} cannot be started: this process does not find itself in the list of processes`);
  for (;;) {
    if (tryToCreate(file, { owner })) break;
    const found = readRecord(file);
    if (found !== undefined && isAlive(found.owner)) {
      const who = found.owner.pid === process.pid ? 'this process' : `process ${String(found.owner.pid)}`;
      throw new LocalServiceError(`${name} in ${folder} is in use by ${who}: stop that first, or use another data folder`);
    }
    if (found?.service !== undefined) await endLeftover(found.service, name, stopSignals);
    removeIfUnchanged(file, found);
  }
  return {
    noteService: (pid) => {
      const service = identifyProcess(pid);
      if (service !== undefined) replace(file, { owner, service });
    },
    release: () => {
      rmSync(file, { force: true });
    },
  };
}

async function endLeftover(service: ProcessIdentity, name: string, stopSignals: readonly NodeJS.Signals[]): Promise<void> {
  if (await waitUntil(() => !isAlive(service), LEFTOVER_ENDS_BY_ITSELF_MS)) return;
  for (const signal of stopSignals) {
    if (isAlive(service)) process.kill(service.pid, signal);
    if (await waitUntil(() => !isAlive(service), LEFTOVER_OBEYS_MS)) return;
  }
  throw new LocalServiceError(`${name} of an earlier run (process ${String(service.pid)}) does not end: stop it first`);
}

function readRecord(file: string): ClaimRecord | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as ClaimRecord;
  } catch {
    return undefined; // gone meanwhile, or not a record
  }
}

function writeBeside(file: string, record: ClaimRecord): string {
  const draft = `${file}.${randomBytes(6).toString('hex')}`;
  writeFileSync(draft, JSON.stringify(record), { mode: 0o600 });
  return draft;
}

// A link is created whole or not at all, so that nobody ever reads half a record.
function tryToCreate(file: string, record: ClaimRecord): boolean {
  const draft = writeBeside(file, record);
  try {
    linkSync(draft, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

function replace(file: string, record: ClaimRecord): void {
  renameSync(writeBeside(file, record), file);
}

// Two successors may both see the dead owner's record: whoever moves away the other's new record instead of the old one puts it back.
function removeIfUnchanged(file: string, expected: ClaimRecord | undefined): void {
  const aside = `${file}.${randomBytes(6).toString('hex')}`;
  try {
    renameSync(file, aside);
  } catch {
    return; // the other one was faster
  }
  if (JSON.stringify(readRecord(aside)) !== JSON.stringify(expected)) {
    try {
      linkSync(aside, file);
    } catch {
      // A third one has claimed it in between: its record stands, and the service's own lock decides.
    }
  }
  rmSync(aside, { force: true });
}
