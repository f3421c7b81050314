import { rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createEnterableFolder } from './data-folder';
import { claimFolder, type FolderClaim } from './folder-claim';
import { freePort } from './free-port';
import { LocalServiceError, type LocalService } from './local-service';
import { logTail } from './log-tail';
import { postgresBinaries } from './postgres-binaries';
import { openCluster, POSTGRES_USER, type PostgresCluster } from './postgres-cluster';
import { readPostmasterPid } from './postmaster-pid';
import { commandLine, identifyProcess } from './process-identity';
import { temporaryFolder } from './temporary-folder';
import { unprivilegedAccount, type Account } from './unprivileged-account';
import { waitUntil } from './wait-until';
import { runUnderWatchdog, type WatchedProcess } from './watchdog';

/** How `startPostgres` starts it. */
export interface PostgresOptions {
  /** Created if it does not exist, and kept; default: a temporary one, which is removed at the end. */
  readonly dataDir?: string;
  /** Of 127.0.0.1; default: a free one. */
  readonly port?: number;
  /** Settings of PostgreSQL beyond its defaults, such as `{ max_connections: '300' }`; the defaults include full durability. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** A PostgreSQL that this process started. */
export interface LocalPostgres extends LocalService {
  /** With role and password. */
  readonly url: string;
}

// Fast shutdown, immediate shutdown, force.
const STOP_SIGNALS = ['SIGINT', 'SIGQUIT', 'SIGKILL'] as const;
const STOP_GRACE_MS = 10_000;
// Recovery after a crash has to fit in.
const READY_TIMEOUT_MS = 120_000;
const RETRY_WINDOW_MS = 15_000;

/**
 * Starts the PostgreSQL 18 that npm has installed, on 127.0.0.1 only, as an unprivileged account if we are root, and resolves when it answers. It ends with this
 * process, however that ends. Throws a LocalServiceError that says what to do: the folder is in use, cannot be entered by that account, the port is taken.
 */
export async function startPostgres(options: PostgresOptions = {}): Promise<LocalPostgres> {
  const account = unprivilegedAccount();
  const binaries = postgresBinaries(account);
  const isTemporary = options.dataDir === undefined;
  const dataFolder = options.dataDir === undefined ? temporaryFolder('postgresql', account) : resolve(options.dataDir);
  createEnterableFolder(dataFolder, account);
  const claim = await claimFolder(dataFolder, 'PostgreSQL', STOP_SIGNALS);
  try {
    const cluster = await openCluster(dataFolder, binaries.initdb, account);
    await refuseStranger(cluster.folder);
    const start = {
      options,
      account,
      cluster,
      claim,
      program: binaries.postgres,
      logFile: join(dataFolder, 'postgresql.log'),
      foldersToRemove: isTemporary ? [dataFolder] : [],
    };
    const { server, port } = await startOnSomePort(start);
    const ended = server.ended.then(() => {
      claim.release();
    });
    return {
      name: 'PostgreSQL',
      pid: server.pid,
      port,
      url: `postgresql://${POSTGRES_USER}:${cluster.password}@127.0.0.1:${String(port)}/postgres`,
      ended,
      stop: async () => {
        await server.stop();
        await ended;
      },
      kill: (signal) => {
        server.kill(signal);
      },
    };
  } catch (error) {
    claim.release();
    if (isTemporary) rmSync(dataFolder, { recursive: true, force: true });
    throw error;
  }
}

interface Start {
  readonly options: PostgresOptions;
  readonly account: Account | undefined;
  readonly cluster: PostgresCluster;
  readonly claim: FolderClaim;
  readonly program: string;
  readonly logFile: string;
  readonly foldersToRemove: readonly string[];
}

// Two things are worth another try: another process took the free port first, and the backends of a server that was killed are still on their way out.
async function startOnSomePort(start: Start): Promise<{ server: WatchedProcess; port: number }> {
  const deadline = performance.now() + RETRY_WINDOW_MS;
  for (;;) {
    const port = start.options.port ?? (await freePort());
    const server = await run(start, port);
    start.claim.noteService(server.pid);
    const isReady = (): boolean =>
      readPostmasterPid(start.cluster.folder)?.pid === server.pid && readPostmasterPid(start.cluster.folder)?.isReady === true;
    await waitUntil(() => isReady() || !server.isRunning(), READY_TIMEOUT_MS);
    if (server.isRunning() && isReady()) return { server, port };
    const complaint = logTail(start.logFile);
    await server.stop();
    const isWorthRetrying =
      /pre-existing shared memory block|lock file .* already exists/.test(complaint) ||
      (complaint.includes('could not bind') && start.options.port === undefined);
    if (!isWorthRetrying || performance.now() > deadline)
      throw new LocalServiceError(`PostgreSQL did not start on port ${String(port)}: ${complaint}`);
    await waitUntil(() => false, 250);
  }
}

async function run({ options, account, cluster, program, logFile, foldersToRemove }: Start, port: number): Promise<WatchedProcess> {
  const settings: Record<string, string> = {
    listen_addresses: '127.0.0.1',
    port: String(port),
    unix_socket_directories: '',
    // The log is for faults of the server; a failing statement is the client's to report, and may contain a message's payload.
    log_checkpoints: 'off',
    log_min_error_statement: 'panic',
    ...options.settings,
  };
  return await runUnderWatchdog('PostgreSQL', {
    command: program,
    args: ['-D', cluster.folder, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])],
    cwd: '/',
    env: { PATH: process.env['PATH'], LC_ALL: 'C' },
    ...(account && { account: { uid: account.uid, gid: account.gid } }),
    logFile,
    stopSignals: STOP_SIGNALS,
    graceMs: STOP_GRACE_MS,
    foldersToRemove,
  });
}

/**
 * Looks at a `postmaster.pid` that names a living process which is no leftover of ours. If that is a server on this very cluster, somebody started it by hand. Otherwise
 * the id was given out again (usual in containers, where ids are small); PostgreSQL would refuse to start because of it, so the file goes.
 */
async function refuseStranger(clusterFolder: string): Promise<void> {
  const pid = readPostmasterPid(clusterFolder)?.pid;
  if (pid === undefined || identifyProcess(pid) === undefined) return;
  const runsThisCluster = (): boolean => identifyProcess(pid) !== undefined && commandLine(pid).includes(clusterFolder);
  if (!(await waitUntil(() => !runsThisCluster(), 5_000))) {
    throw new LocalServiceError(`PostgreSQL (process ${String(pid)}) already runs on ${clusterFolder}: stop it first`);
  }
  if (identifyProcess(pid) !== undefined) rmSync(join(clusterFolder, 'postmaster.pid'), { force: true });
}
