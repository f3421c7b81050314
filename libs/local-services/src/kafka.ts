import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { claimFolder, type FolderClaim } from './folder-claim';
import { freePort } from './free-port';
import { findJava, type Java } from './java';
import { classDataArchive } from './kafka-archive';
import { kafkaJars } from './kafka-jars';
import { kafkaAnswers } from './kafka-probe';
import { kafkaProperties } from './kafka-properties';
import { LocalServiceError, type LocalService } from './local-service';
import { logTail } from './log-tail';
import { runProgram } from './run-program';
import { temporaryFolder } from './temporary-folder';
import { waitUntil } from './wait-until';
import { runUnderWatchdog, type WatchedProcess } from './watchdog';

/** How `startKafka` starts it. */
export interface KafkaOptions {
  /** Created if it does not exist, and kept; default: a temporary one, which is removed at the end. */
  readonly dataDir?: string;
  /** Of 127.0.0.1; default: a free one. */
  readonly port?: number;
  /** Largest Java heap in MB; default 128, enough for tests; use 256 for benchmarks. */
  readonly heapMb?: number;
}

/** A Kafka that this process started. */
export interface LocalKafka extends LocalService {
  /** `host:port`. */
  readonly broker: string;
}

const STOP_SIGNALS = ['SIGTERM', 'SIGKILL'] as const;
// The first stop on a machine writes the archive of classes.
const STOP_GRACE_MS = 20_000;
// A busy machine with few cores, and the recovery of logs after a crash.
const READY_TIMEOUT_MS = 120_000;
const ATTEMPTS = 5;

/**
 * Starts a single-node Apache Kafka on 127.0.0.1 and resolves when it answers. It ends with this process, however that ends. The first start on a machine fetches the
 * broker. Throws a LocalServiceError that says what to do: Java or Maven is missing, the download failed, the folder is in use, the port is taken.
 */
export async function startKafka(options: KafkaOptions = {}): Promise<LocalKafka> {
  const java = findJava(process.env);
  const jars = await kafkaJars(process.env);
  const isTemporary = options.dataDir === undefined;
  const folder = options.dataDir === undefined ? temporaryFolder('kafka') : resolve(options.dataDir);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const claim = await claimFolder(folder, 'Kafka', STOP_SIGNALS);
  try {
    const { broker, port } = await startOnSomePort({ options, java, jars, folder, claim, foldersToRemove: isTemporary ? [folder] : [] });
    const ended = broker.ended.then(() => {
      claim.release();
    });
    return {
      name: 'Kafka',
      pid: broker.pid,
      port,
      broker: `127.0.0.1:${String(port)}`,
      ended,
      stop: async () => {
        await broker.stop();
        await ended;
      },
      kill: (signal) => {
        broker.kill(signal);
      },
    };
  } catch (error) {
    claim.release();
    if (isTemporary) rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

interface Start {
  readonly options: KafkaOptions;
  readonly java: Java;
  readonly jars: string;
  readonly folder: string;
  readonly claim: FolderClaim;
  readonly foldersToRemove: readonly string[];
}

// Another process may take a free port before the broker does.
async function startOnSomePort(start: Start): Promise<{ broker: WatchedProcess; port: number }> {
  for (let attempt = 1; ; attempt += 1) {
    const port = start.options.port ?? (await freePort());
    const logFile = join(start.folder, 'kafka.log');
    const broker = await run(start, port, logFile);
    start.claim.noteService(broker.pid);
    await waitUntil(async () => !broker.isRunning() || (await kafkaAnswers(port)), READY_TIMEOUT_MS);
    if (broker.isRunning() && (await kafkaAnswers(port))) return { broker, port };
    const complaint = logTail(logFile);
    await broker.stop();
    if (attempt === ATTEMPTS || !complaint.includes('Address already in use'))
      throw new LocalServiceError(`Kafka did not start on port ${String(port)}: ${complaint}`);
  }
}

async function run({ options, java, jars, folder, foldersToRemove }: Start, port: number, logFile: string): Promise<WatchedProcess> {
  const propertiesFile = join(folder, 'server.properties');
  const dataFolder = join(folder, 'data');
  writeFileSync(propertiesFile, kafkaProperties({ port, controllerPort: await freePort(), dataFolder }));
  if (!existsSync(join(dataFolder, 'meta.properties'))) await format(java, jars, propertiesFile);
  const archive = classDataArchive(java, jars);
  return await runUnderWatchdog('Kafka', {
    command: java.command,
    args: [...archive.javaOptions, ...javaOptions(jars, options.heapMb ?? 128), 'kafka.Kafka', propertiesFile],
    cwd: folder,
    env: process.env,
    logFile,
    stopSignals: STOP_SIGNALS,
    graceMs: STOP_GRACE_MS,
    foldersToRemove,
    ...(archive.legacy && { legacy: archive.legacy }),
  });
}

async function format(java: Java, jars: string, propertiesFile: string): Promise<void> {
  // In one argument with its name: one id in 64 begins with a hyphen, and would be taken for an option.
  const clusterId = `--cluster-id=${randomBytes(16).toString('base64url')}`;
  const args = [...javaOptions(jars, 64), 'kafka.tools.StorageTool', 'format', '-c', propertiesFile, clusterId];
  const outcome = await runProgram(java.command, args, {});
  if (outcome.result !== 'succeeded')
    throw new LocalServiceError(`Kafka's folder could not be formatted: ${outcome.result === 'failed' ? outcome.output : outcome.reason}`);
}

// One simple collector and one simple compiler: less memory, and a start in half the time.
function javaOptions(jars: string, heapMb: number): string[] {
  return [
    '-Xms32m',
    `-Xmx${String(heapMb)}m`,
    '-XX:+UseSerialGC',
    '-XX:TieredStopAtLevel=1',
    '-XX:MaxMetaspaceSize=128m',
    '-Xss512k',
    '-Djava.awt.headless=true',
    '-Djava.net.preferIPv4Stack=true',
    '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn',
    '-cp',
    join(jars, '*'),
  ];
}
