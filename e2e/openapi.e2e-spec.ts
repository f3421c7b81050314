import { execFile } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { providePythonEnvironment, type PythonEnvironment } from '@switchboard/local-services';
import { projectRoot } from '../tools/cluster';
import { counter } from './read-metrics';
import { Standalone, temporaryDataFolder } from './standalone-process';

const PREPARE_TIMEOUT_MS = 360_000;
const FUZZ_TIMEOUT_MS = 60_000;
const SETTINGS = ['--phases=examples,coverage,fuzzing', '--seed=1', '--max-examples=25', '--continue-on-failure', '--request-timeout=40'];
/** A server that drains is not ready from then on, as it should. What schemathesis learns from GET /v1/servers makes it find the server. */
const LEFT_OUT = '--exclude-operation-id=drainServer';

describe('The API under schemathesis', () => {
  const folder = temporaryDataFolder();
  const project = join(projectRoot(), 'e2e/schemathesis');
  let python: PythonEnvironment;
  let standalone: Standalone;

  beforeAll(async () => {
    // eslint-disable-next-line no-restricted-properties -- where the machine keeps its Python is for whoever runs the tests to say
    python = await providePythonEnvironment(join(project, 'requirements.txt'), process.env);
    standalone = new Standalone(join(folder, 'data'));
    await standalone.address();
  }, PREPARE_TIMEOUT_MS);
  afterAll(async () => {
    await standalone.end('SIGTERM');
    rmSync(folder, { recursive: true, force: true });
  });

  /** How it ended and what it printed. */
  const fuzz = async (args: readonly string[]): Promise<{ readonly isFine: boolean; readonly output: string }> => {
    const cwd = join(folder, 'schemathesis');
    mkdirSync(cwd, { recursive: true });
    const env = { PATH: '/usr/bin:/bin', HOME: cwd, PYTHONDONTWRITEBYTECODE: '1', SCHEMATHESIS_HOOKS: join(project, 'hooks.py') };
    return new Promise((resolve) => {
      execFile(
        python.program('schemathesis'),
        [`--config-file=${join(project, 'schemathesis.toml')}`, 'run', ...args],
        { cwd, env, timeout: FUZZ_TIMEOUT_MS },
        (error, stdout, stderr) => {
          resolve({ isFine: error === null, output: stripVTControlCharacters(`${stdout}\n${stderr}`) });
        },
      );
    });
  };

  it(
    'answers whatever comes as its OpenAPI document says, and never with an error of its own',
    async () => {
      const address = await standalone.address();
      const key = `Authorization: Bearer ${standalone.apiKey}`;
      const { isFine, output } = await fuzz([`${address}/openapi.json`, '-H', key, ...SETTINGS, LEFT_OUT]);
      expect(isFine ? '' : output).toBe('');
      expect(await counter(address, 'switchboard_messages_accepted_total')).toBeGreaterThan(0);
    },
    FUZZ_TIMEOUT_MS + PREPARE_TIMEOUT_MS,
  );

  it(
    'would be found out: schemathesis finds an answer that a document does not have',
    async () => {
      const address = await standalone.address();
      const document = await (await fetch(`${address}/openapi.json`)).text();
      const file = join(folder, 'without-live.json');
      writeFileSync(file, document.replace('"const":"ok"', '"const":"dead"'));
      const { isFine, output } = await fuzz([file, `--url=${address}`, '--include-operation-id=isLive', ...SETTINGS]);
      expect([isFine, output]).toEqual([false, expect.stringContaining('Response violates schema')]);
    },
    FUZZ_TIMEOUT_MS,
  );
});
