import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { LocalServiceError } from './local-service';
import { identifyProcess, isAlive, type ProcessIdentity } from './process-identity';
import { waitUntil } from './wait-until';
import { watchOver, type WatchdogOrder, type WatchdogReport } from './watchdog-process';

/** A process that runs under a watchdog. */
export interface WatchedProcess {
  readonly pid: number;
  /** Settles when the process is gone and everything that was to be removed is removed. */
  readonly ended: Promise<void>;
  isRunning(): boolean;
  stop(): Promise<void>;
  kill(signal: NodeJS.Signals): void;
}

/**
 * Starts a service that cannot outlive this process: a watchdog in a session of its own holds a channel to us, and stops the service when that closes, as it does
 * even if we get SIGKILL. Neither keeps our event loop alive.
 */
export async function runUnderWatchdog(name: string, order: WatchdogOrder): Promise<WatchedProcess> {
  const watchdog = spawn(process.execPath, ['-', `(Switchboard's watchdog of ${name})`], {
    detached: true,
    cwd: '/',
    env: { ...process.env, NODE_OPTIONS: '' }, // such as a debugger's port, which is ours
    stdio: ['pipe', 'ignore', 'ignore', 'ipc'],
  });
  const gone = once(watchdog, 'exit').then(() => undefined);
  watchdog.stdin?.on('error', () => undefined); // it ended before it had read its program: `gone` tells
  watchdog.stdin?.end(`(${watchOver.toString()})(${JSON.stringify(order)})`);
  const pid = await started(name, watchdog, gone);
  const service = identifyProcess(pid);
  unreference(watchdog);

  let isRunning = true;
  const ended = gone.then(async () => {
    isRunning = false;
    if (service !== undefined && isAlive(service)) await doDutyOfWatchdog(service, order);
  });
  return {
    pid,
    ended,
    isRunning: () => isRunning,
    stop: async () => {
      if (!isRunning) return;
      reference(watchdog);
      if (watchdog.connected) watchdog.send('stop', () => undefined);
      await ended;
    },
    kill: (signal) => {
      if (service !== undefined && isAlive(service)) process.kill(pid, signal);
    },
  };
}

async function started(name: string, watchdog: ChildProcess, gone: Promise<void>): Promise<number> {
  const report = await Promise.race([once(watchdog, 'message').then(([message]) => message as WatchdogReport), gone]);
  if (report?.event === 'started') return report.pid;
  throw new LocalServiceError(`${name} could not be started: ${report?.event === 'failed' ? report.reason : 'its watchdog ended at once'}`);
}

function unreference(watchdog: ChildProcess): void {
  watchdog.unref();
  watchdog.channel?.unref();
}

function reference(watchdog: ChildProcess): void {
  watchdog.ref();
  watchdog.channel?.ref();
}

// Somebody killed the watchdog itself.
async function doDutyOfWatchdog(service: ProcessIdentity, order: WatchdogOrder): Promise<void> {
  process.kill(service.pid, 'SIGKILL');
  await waitUntil(() => !isAlive(service), order.graceMs);
  for (const folder of order.foldersToRemove) rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
}
