/* istanbul ignore file -- watchOver must refer to nothing outside of itself, and the counters of a coverage tool would */

/** What a watchdog is told to start, and how it ends it. */
export interface WatchdogOrder {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  /** Run the service as this account; undefined: as the caller. */
  readonly account?: { readonly uid: number; readonly gid: number };
  /** Receives the output of the service; begun anew at each start. */
  readonly logFile: string;
  /** Sent one after the other until the service is gone, the gentlest first; the last should be SIGKILL. */
  readonly stopSignals: readonly NodeJS.Signals[];
  /** Time that each of these signals is given. */
  readonly graceMs: number;
  /** Removed once the service is gone. */
  readonly foldersToRemove: readonly string[];
  /** A file that the service writes as the last thing when it is stopped: renamed if it ended in its own time, else removed. */
  readonly legacy?: { readonly draft: string; readonly final: string };
}

/** What a watchdog tells its parent. */
export type WatchdogReport = { readonly event: 'started'; readonly pid: number } | { readonly event: 'failed'; readonly reason: string };

/**
 * The whole program of a watchdog: starts one service, stops it when the parent asks or is gone, cleans up, and ends.
 *
 * Its own text is what `node` is given to run (see watchdog.ts), so that it starts alike from compiled code and from TypeScript under a test runner. Hence it must
 * refer to nothing outside of itself.
 */
export function watchOver(order: WatchdogOrder): void {
  const { spawn } = process.getBuiltinModule('node:child_process');
  const { closeSync, openSync, readdirSync, readFileSync, renameSync, rmSync } = process.getBuiltinModule('node:fs');

  // A lock that some shell holds on an open file would live on in the service. Node closes what it inherited below descriptor 16 or so for its children, but not what comes after a hole.
  function closeInheritedDescriptors(): void {
    if (process.platform !== 'linux') return;
    const closesOnExec = 0o2000000;
    for (const descriptor of readdirSync('/proc/self/fdinfo').map(Number)) {
      try {
        const flags = /^flags:\s*([0-7]+)/m.exec(readFileSync(`/proc/self/fdinfo/${String(descriptor)}`, 'utf8'))?.[1] ?? '0';
        if (descriptor > 2 && (parseInt(flags, 8) & closesOnExec) === 0) closeSync(descriptor);
      } catch {
        // The one that listed the folder is closed by now.
      }
    }
  }

  function tellParent(report: WatchdogReport): void {
    if (process.connected) process.send?.(report, undefined, undefined, () => undefined); // the callback swallows the error of a parent that is just dying
  }

  function keepLegacy(isComplete: boolean): void {
    if (order.legacy === undefined) return;
    try {
      if (isComplete) renameSync(order.legacy.draft, order.legacy.final);
    } catch {
      // It wrote none.
    }
    rmSync(order.legacy.draft, { force: true });
  }

  let isStopping = false;
  function stop(): void {
    if (isStopping) return;
    isStopping = true;
    order.stopSignals.forEach((signal, index) => {
      setTimeout(() => service.kill(signal), index * order.graceMs);
    });
  }

  function end(endedInItsOwnTime: boolean): void {
    keepLegacy(endedInItsOwnTime);
    for (const folder of order.foldersToRemove) rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
    process.exit(0);
  }

  closeInheritedDescriptors();
  const log = openSync(order.logFile, 'w', 0o600);
  const service = spawn(order.command, order.args, { cwd: order.cwd, env: order.env, stdio: ['ignore', log, log], ...order.account });
  closeSync(log);
  service.on('spawn', () => {
    if (service.pid !== undefined) tellParent({ event: 'started', pid: service.pid });
  });
  service.on('error', (error) => {
    if (service.pid !== undefined) return; // a signal that could not be sent: the next one follows
    tellParent({ event: 'failed', reason: error.message });
    end(false);
  });
  service.on('exit', (_code, signal) => {
    end(isStopping && signal === null);
  });
  process.on('disconnect', stop);
  process.on('message', stop);
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, stop);
  if (!process.connected) stop();
}
