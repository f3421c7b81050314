import { get } from 'node:http';
import { join } from 'node:path';
import { LocalServiceError, logTail, runUnderWatchdog, waitUntil, type WatchedProcess } from '@switchboard/local-services';
import { builtFile, projectRoot } from './project-root';

/** An app that runs as a process of its own, and ends with this one at the latest. */
export interface ClusterServer {
  /** For messages and log files: `gateway-1`, `api`. */
  readonly name: string;
  /** `http://127.0.0.1:port`; the same after a restart. */
  readonly httpUrl: string;
  /** Undefined while it does not run. */
  readonly pid: number | undefined;
  /** Settles when the process that runs now is gone; at once if none does. */
  readonly ended: Promise<void>;
  /** Sends a signal to it; does nothing if it does not run. */
  kill(signal: NodeJS.Signals): void;
  /** Starts it, at the same address each time, and resolves when `/readyz` answers 200. A process that is on its way out is awaited first. Does nothing if it runs. */
  start(): Promise<void>;
  /** Asks it to leave (SIGTERM), and waits until it has; for as long as it takes it to drain, up to three minutes. Does nothing if it does not run. */
  stop(): Promise<void>;
}

/** What an app needs to run. */
export interface AppServerOptions {
  readonly name: string;
  /** The folder below `apps`. */
  readonly app: 'api' | 'gateway';
  readonly port: number;
  readonly env: Readonly<Record<string, string>>;
  readonly logFolder: string;
}

// A gateway waits up to a minute for a slot and for the database.
const READY_TIMEOUT_MS = 90_000;
const PROBE_TIMEOUT_MS = 2_000;
const DRAIN_TIMEOUT_MS = 180_000;
// At the second SIGTERM an app ends at once.
const STOP_SIGNALS = ['SIGTERM', 'SIGTERM', 'SIGKILL'] as const;
const STOP_GRACE_MS = 3_000;

/** One app of a cluster: its address, and the process that serves it now. */
export class AppServer implements ClusterServer {
  readonly name: string;
  readonly httpUrl: string;
  private process: WatchedProcess | undefined;
  private isLeaving = false;
  private starts = 0;

  constructor(private readonly options: AppServerOptions) {
    this.name = options.name;
    this.httpUrl = `http://127.0.0.1:${String(options.port)}`;
  }

  get pid(): number | undefined {
    return this.process?.isRunning() === true ? this.process.pid : undefined;
  }

  get ended(): Promise<void> {
    return this.process?.ended ?? Promise.resolve();
  }

  kill(signal: NodeJS.Signals): void {
    if (signal === 'SIGKILL' || signal === 'SIGTERM' || signal === 'SIGINT') this.isLeaving = true;
    this.process?.kill(signal);
  }

  async start(): Promise<void> {
    if (this.isLeaving) await this.gone(DRAIN_TIMEOUT_MS);
    if (this.process?.isRunning() === true) return;
    this.isLeaving = false;
    this.starts += 1;
    const logFile = join(this.options.logFolder, `${this.name}.${String(this.starts)}.log`);
    const started = await this.run(logFile);
    this.process = started;
    const isReady = (): Promise<boolean> => answersOk(`${this.httpUrl}/readyz`);
    await waitUntil(async () => !started.isRunning() || (await isReady()), READY_TIMEOUT_MS);
    if (started.isRunning() && (await isReady())) return;
    await this.end();
    throw new LocalServiceError(`${this.name} did not become ready. The end of its log, ${logFile}:\n${logTail(logFile)}`);
  }

  async stop(): Promise<void> {
    this.kill('SIGTERM');
    await this.gone(DRAIN_TIMEOUT_MS);
  }

  /** Stops it within some seconds, whatever it is doing. */
  async end(): Promise<void> {
    this.isLeaving = true;
    await this.process?.stop();
  }

  private async gone(timeoutMs: number): Promise<void> {
    if (!(await waitUntil(() => this.process?.isRunning() !== true, timeoutMs)))
      throw new LocalServiceError(`${this.name} was asked to leave and still runs after ${String(timeoutMs)} ms`);
  }

  private run(logFile: string): Promise<WatchedProcess> {
    return runUnderWatchdog(this.name, {
      command: process.execPath,
      args: ['--enable-source-maps', builtFile(`dist/apps/${this.options.app}/src/main.js`)],
      cwd: projectRoot(),
      env: { PATH: process.env['PATH'], HOST: '127.0.0.1', PORT: String(this.options.port), ...this.options.env },
      logFile,
      stopSignals: STOP_SIGNALS,
      graceMs: STOP_GRACE_MS,
      foldersToRemove: [],
    });
  }
}

// Without keep-alive, so that no socket of ours outlives the question.
function answersOk(url: string): Promise<boolean> {
  return new Promise((resolve) => {
    const request = get(url, { agent: false, timeout: PROBE_TIMEOUT_MS }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    request.on('timeout', () => request.destroy());
    request.on('error', () => {
      resolve(false);
    });
  });
}
