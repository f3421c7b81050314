import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { providePythonEnvironment, type PythonEnvironment } from '@switchboard/local-services';
import { BreakableRelay, createTestDatabase, kafkaBrokers, waitFor, type TestDatabase } from '@switchboard/testing';
import { projectRoot, startCluster, type Cluster } from '../tools/cluster';

const TIMEOUT_MS = 120_000;
const PATIENCE = { patienceMs: 60_000 };
const EXAMPLE = join(projectRoot(), 'examples/python');

interface Printed {
  readonly type: 'message' | 'gap';
  readonly stream: string;
  readonly seq?: number;
  readonly through?: number;
  readonly reason?: string;
  readonly data?: unknown;
}

class PythonClient {
  log = '';
  exitCode: number | null | undefined;
  private output = '';
  private readonly process: ChildProcess;

  constructor({ python }: PythonEnvironment, token: string, ...args: readonly string[]) {
    this.process = spawn(python, [join(EXAMPLE, 'client.py'), ...args], {
      env: { SWITCHBOARD_TOKEN: token },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.process.stdout?.setEncoding('utf8').on('data', (text: string) => (this.output += text));
    this.process.stderr?.setEncoding('utf8').on('data', (text: string) => (this.log += text));
    this.process.on('close', (code) => (this.exitCode = code));
  }

  get printed(): Printed[] {
    return this.output
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as Printed);
  }

  /** The data of what came by one stream. */
  dataOf(stream: string): unknown[] {
    return this.printed.filter((frame) => frame.stream === stream).map(({ data }) => data);
  }

  async ready(times = 1): Promise<void> {
    await this.wait('ready', () => this.log.split('ready on ').length > times);
  }

  async wait(what: string, condition: () => boolean): Promise<void> {
    await waitFor(what, condition, PATIENCE).catch((error: unknown) => {
      throw new Error(`${String(error)}\nThe client says:\n${this.log}`);
    });
  }

  async end(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    if (this.exitCode === undefined) this.process.kill(signal);
    await this.wait('its end', () => this.exitCode !== undefined);
  }
}

describe('The example client in Python', () => {
  const folder = mkdtempSync(join(tmpdir(), 'switchboard-python-client-'));
  let database: TestDatabase;
  let cluster: Cluster;
  let relay: BreakableRelay;
  let python: PythonEnvironment;
  const clients: PythonClient[] = [];

  const start = (user: string, ...args: readonly string[]): PythonClient => {
    const client = new PythonClient(python, cluster.signToken(user, { channels: ['*'] }), '--url', relay.url, ...args);
    clients.push(client);
    return client;
  };
  const call = async (method: string, path: string, body?: object): Promise<Response> => {
    const headers = { authorization: `Bearer ${cluster.apiKey}`, ...(body && { 'content-type': 'application/json' }) };
    return fetch(`${cluster.apiUrl}${path}`, { method, headers, ...(body && { body: JSON.stringify(body) }) });
  };
  const post = async (path: string, data: unknown): Promise<{ id: string; seq: number }> => {
    const response = await call('POST', path, { data });
    expect(response.status).toBe(202);
    return (await response.json()) as { id: string; seq: number };
  };

  beforeAll(async () => {
    // eslint-disable-next-line no-restricted-properties -- where the machine keeps its Python, and how pip reaches its packages, is for whoever runs the tests to say
    python = await providePythonEnvironment(join(EXAMPLE, 'requirements.txt'), process.env);
    database = await createTestDatabase();
    cluster = await startCluster({ gateways: 1, services: { databaseUrl: database.url, kafkaBrokers: kafkaBrokers() } });
    relay = await BreakableRelay.to(cluster.gateways[0]?.url ?? '');
  }, TIMEOUT_MS);
  afterEach(async () => {
    await Promise.all(clients.splice(0).map((client) => client.end('SIGKILL')));
  });
  afterAll(async () => {
    await relay.close();
    await cluster.stop();
    await database.drop();
    rmSync(folder, { recursive: true });
  });

  it(
    'gets everything once and in order, through a cut of its connection and a SIGKILL of its gateway, and acknowledges it',
    async () => {
      const client = start('py', '--device', 'script', '--channel', 'news');
      await client.ready();
      for (let number = 1; number <= 300; number += 1) {
        if (number === 100) relay.cut();
        if (number === 200) cluster.gateways[0]?.kill('SIGKILL');
        await post('/v1/users/py/messages', number);
        await post('/v1/channels/news/messages', number);
      }
      await cluster.gateways[0]?.start();
      await client.ready(3);
      await client.wait('every message', () => client.printed.length >= 600);
      const expected = Array.from({ length: 300 }, (_, index) => index + 1);
      expect(client.dataOf('user:py')).toEqual(expected);
      expect(client.dataOf('channel:news')).toEqual(expected);
      await waitFor('the cursor', async () =>
        (await (await call('GET', '/v1/users/py')).text()).includes('{"device":"script","cursor":300}'),
      );
    },
    TIMEOUT_MS,
  );

  it(
    'resumes where it was ended, and tells of what was recalled meanwhile',
    async () => {
      const state = ['--state', join(folder, 'positions.json')];
      const first = start('restarted', ...state);
      await first.ready();
      await post('/v1/users/restarted/messages', 'before');
      await first.wait('the message', () => first.printed.length === 1);
      await first.end();
      expect(first.exitCode).toBe(0);
      await post('/v1/users/restarted/messages', 'while away');
      const { id, seq } = await post('/v1/users/restarted/messages', 'recalled');
      await post('/v1/users/restarted/messages', 'after');
      expect((await call('DELETE', `/v1/messages/${id}`)).ok).toBe(true);
      const second = start('restarted', ...state);
      await second.wait('the rest', () => second.printed.length >= 3);
      expect(second.printed).toMatchObject([
        { data: 'while away' },
        { type: 'gap', after: seq - 1, through: seq, reason: 'recalled' },
        { data: 'after' },
      ]);
    },
    TIMEOUT_MS,
  );

  it(
    'stays away where the server says so',
    async () => {
      const forged = new PythonClient(python, `${cluster.signToken('py')}x`, '--url', relay.url);
      clients.push(forged);
      await forged.wait('its end', () => forged.exitCode !== undefined);
      expect(forged.exitCode).toBe(1);
      expect(forged.log).toContain('staying away: closed with 4500');
    },
    TIMEOUT_MS,
  );
});
