import { transformFileSync } from '@swc/core';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { createInterface } from 'node:readline';
import { identifyProcess, isAlive, type ProcessIdentity } from './process-identity';
import { temporaryFolder } from './temporary-folder';
import { startPostgres } from './postgres';
import { unprivilegedAccount } from './unprivileged-account';
import { waitUntil } from './wait-until';

const repository = join(__dirname, '../../..');
const STOP_TIMEOUT_MS = 20_000;
jest.setTimeout(90_000); // a start takes seconds when the machine is busy

/** This library as a build would leave it: the processes that are killed here run plain Node. */
function compiledLibrary(): string {
  const folder = mkdtempSync(join(tmpdir(), 'switchboard-compiled-'));
  for (const name of readdirSync(__dirname).filter((each) => each.endsWith('.ts') && !each.includes('spec'))) {
    const { code } = transformFileSync(join(__dirname, name), { configFile: join(repository, '.swcrc'), sourceMaps: false });
    writeFileSync(join(folder, `${basename(name, '.ts')}.js`), code);
  }
  return folder;
}

/** The process that started this one: of a service, its watchdog. */
function parentOf(pid: number): number {
  const stat = readFileSync(`/proc/${String(pid)}/stat`, 'utf8');
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
}

/** The data folders of services whose parent has this folder for temporary files; a JVM leaves its own things there, too. */
function dataIn(temporary: string): string[] {
  return readdirSync(temporary).filter((name) => name.startsWith('switchboard-'));
}

describe('a local service', () => {
  const library = compiledLibrary();
  const folder = temporaryFolder('lifetime-test', unprivilegedAccount());
  const children: ChildProcess[] = [];
  const temporaryFolders: string[] = [];
  afterAll(() => {
    for (const child of children) child.kill('SIGKILL');
    rmSync(library, { recursive: true });
    for (const each of [folder, ...temporaryFolders]) rmSync(each, { recursive: true, force: true });
  });

  /** A process that starts a service by the given expression, and what it printed once that answered. */
  async function processWith(
    expression: string,
    stdio: ('ignore' | number)[] = [],
  ): Promise<{ parent: ChildProcess; service: ProcessIdentity; temporary: string }> {
    const program = `
      const library = require(${JSON.stringify(library)});
      (async () => {
        const service = await library.${expression};
        console.log(JSON.stringify({ pid: service.pid }));
        setInterval(() => undefined, 1e6);
      })().catch((error) => { console.log(JSON.stringify({ error: error.message })); });`;
    const temporary = temporaryFolder('lifetime-test', unprivilegedAccount());
    temporaryFolders.push(temporary);
    const parent = spawn(process.execPath, ['-e', program], {
      env: { ...globalThis.process.env, NODE_PATH: join(repository, 'node_modules'), TMPDIR: temporary },
      stdio: ['ignore', 'pipe', 'inherit', ...stdio],
    });
    children.push(parent);
    const [line] = (await once(createInterface({ input: parent.stdout as NodeJS.ReadableStream }), 'line')) as [string];
    const answer = JSON.parse(line) as { pid: number; error?: string };
    if (answer.error !== undefined) throw new Error(answer.error);
    const service = identifyProcess(answer.pid);
    if (service === undefined) throw new Error('the service is gone');
    return { parent, service, temporary };
  }

  it.each(['startPostgres()', 'startKafka()'])(
    'ends when the process that called %s is killed, and so does its temporary folder',
    async (expression) => {
      const { parent, service, temporary } = await processWith(expression);
      expect(dataIn(temporary)).toHaveLength(1);
      parent.kill('SIGKILL');
      expect(await waitUntil(() => !isAlive(service), STOP_TIMEOUT_MS)).toBe(true);
      expect(await waitUntil(() => dataIn(temporary).length === 0, STOP_TIMEOUT_MS)).toBe(true);
    },
  );

  it('keeps its data, and lets a successor in, when the process that started it is killed', async () => {
    const dataDir = join(folder, 'successor');
    const { parent, service } = await processWith(`startPostgres({ dataDir: ${JSON.stringify(dataDir)} })`);
    parent.kill('SIGKILL');
    const successor = await startPostgres({ dataDir });
    expect(isAlive(service)).toBe(false);
    await successor.stop();
  });

  it('is taken over by a successor when its watchdog died with its parent', async () => {
    const dataDir = join(folder, 'orphan');
    const { parent, service } = await processWith(`startPostgres({ dataDir: ${JSON.stringify(dataDir)} })`);
    parent.kill('SIGSTOP'); // or it would notice that the watchdog is gone, and end the service itself
    process.kill(parentOf(service.pid), 'SIGKILL');
    parent.kill('SIGKILL');
    await once(parent, 'exit');
    expect(isAlive(service)).toBe(true);
    const successor = await startPostgres({ dataDir });
    expect(isAlive(service)).toBe(false);
    await successor.stop();
  });

  it('is ended by the process that started it when only its watchdog is killed', async () => {
    const { parent, service, temporary } = await processWith('startPostgres()');
    process.kill(parentOf(service.pid), 'SIGKILL');
    expect(await waitUntil(() => !isAlive(service), STOP_TIMEOUT_MS)).toBe(true);
    expect(await waitUntil(() => dataIn(temporary).length === 0, STOP_TIMEOUT_MS)).toBe(true);
    parent.kill('SIGKILL');
  });

  it('cannot be started twice on one folder, and the first one lives on', async () => {
    const dataDir = join(folder, 'twice');
    const { parent, service } = await processWith(`startPostgres({ dataDir: ${JSON.stringify(dataDir)} })`);
    await expect(startPostgres({ dataDir })).rejects.toThrow(`is in use by process ${String(parent.pid)}`);
    expect(isAlive(service)).toBe(true);
    parent.kill('SIGKILL');
    expect(await waitUntil(() => !isAlive(service), STOP_TIMEOUT_MS)).toBe(true);
  });

  it('inherits none of the open files of the process that started it', async () => {
    const held = join(folder, 'held');
    const descriptor = openSync(held, 'w');
    const { parent, service } = await processWith('startPostgres()', [...Array.from({ length: 60 }, () => 'ignore' as const), descriptor]);
    closeSync(descriptor);
    const open = readdirSync(`/proc/${String(service.pid)}/fd`).map((name) => readlinkSync(`/proc/${String(service.pid)}/fd/${name}`));
    expect(open).not.toContain(held);
    expect(open).not.toEqual([]);
    parent.kill('SIGKILL');
    expect(await waitUntil(() => !isAlive(service), STOP_TIMEOUT_MS)).toBe(true);
  });
});
