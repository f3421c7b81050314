import { spawn, type ChildProcess } from 'node:child_process';
import { chmodSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { waitFor } from '@switchboard/testing';
import { projectRoot } from '../tools/cluster';

const START_TIMEOUT_MS = 120_000;
const SYSTEM_PATH = '/usr/sbin:/usr/bin:/sbin:/bin';
const ENTERABLE = 0o711;

/** A folder that the account which PostgreSQL runs as can enter. */
export function temporaryDataFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'switchboard-standalone-'));
  chmodSync(folder, ENTERABLE);
  return folder;
}

/** The standalone app as `npm start` runs it, on a data folder of its own. */
export class Standalone {
  output = '';
  exitCode: number | null | undefined;
  private readonly process: ChildProcess;

  /** @param env more settings */
  constructor(dataDir: string, env: Readonly<Record<string, string>> = {}) {
    this.process = spawn(process.execPath, [join(projectRoot(), 'dist/apps/standalone/src/main.js')], {
      env: { PATH: SYSTEM_PATH, PORT: '0', DATA_DIR: dataDir, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [this.process.stdout, this.process.stderr]) stream?.on('data', (text: Buffer) => (this.output += text.toString()));
    this.process.on('exit', (code) => (this.exitCode = code));
  }

  /** Resolves with where it listens. */
  async address(): Promise<string> {
    const patience = { patienceMs: START_TIMEOUT_MS };
    return waitFor('the welcome', () => /listens on (http:\S+)(?: \(data in|[^]*Ctrl-C)/.exec(this.output)?.[1], patience).catch(() => {
      throw new Error(`standalone does not start:\n${this.output}`);
    });
  }

  /** The command that it prints to try next. */
  get curl(): string {
    return /curl [^]*?'\n\n/.exec(this.output)?.[0] ?? '';
  }

  get apiKey(): string {
    return /Bearer (\S+)'/.exec(this.output)?.[1] ?? '';
  }

  async end(signal: NodeJS.Signals): Promise<void> {
    this.process.kill(signal);
    await waitFor('the end', () => this.exitCode !== undefined, { patienceMs: 30_000 });
  }
}
