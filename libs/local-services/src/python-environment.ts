import { spawnSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { userCacheFolder } from './cache-folder';
import { installDebianPackages } from './debian-packages';
import { isProgram } from './is-program';
import { LocalServiceError } from './local-service';
import { runProgram } from './run-program';

const ADVICE = 'install Python 3.11 or later with its venv module (Debian: apt-get install python3 python3-venv), or set PYTHON_PATH';
/** Fails where the version is too old, or a distribution has split off what a virtual environment needs; prints what the environment depends on. */
const PROBE = 'import sys, venv, ensurepip; assert sys.version_info >= (3, 11), sys.version; print(sys.executable, sys.version)';
/** Packages with a hundred dependencies take a minute; a registry that does not answer is given up by pip much earlier. */
const INSTALL_TIMEOUT_MS = 300_000;
const KEY_CHARACTERS = 16;

/** A virtual environment of Python. */
export interface PythonEnvironment {
  /** The path of the interpreter, which finds the packages. */
  readonly python: string;
  /** The path of a program that one of the packages has brought. */
  program(name: string): string;
}

interface Interpreter {
  readonly path: string;
  readonly version: string;
}

/**
 * A virtual environment with the packages of a requirements file, in the user's cache: made once per content of that file and version of
 * Python, by pip with the user's own settings. Two processes that make it at once do not disturb each other.
 *
 * The interpreter is that of `PYTHON_PATH`, or the `python3` on the `PATH`; as root on Debian and its descendants it is installed if there
 * is none. Throws a LocalServiceError that says what to install, or what pip said.
 */
export async function providePythonEnvironment(requirementsFile: string, environment: NodeJS.ProcessEnv): Promise<PythonEnvironment> {
  const interpreter = findPython(environment);
  const key = createHash('sha256')
    .update(interpreter.version)
    .update(readFileSync(requirementsFile))
    .digest('hex')
    .slice(0, KEY_CHARACTERS);
  const folder = join(userCacheFolder(), 'python', key);
  if (!works(folder, environment)) await make(folder, { interpreter, requirementsFile, environment });
  return { python: programIn(folder, 'python'), program: (name) => programIn(folder, name) };
}

/** Programs of an environment contain its path, so it cannot be moved: it is made beside its place, and a link is put there once it is whole. */
async function make(
  folder: string,
  { interpreter, requirementsFile, environment }: { interpreter: Interpreter; requirementsFile: string; environment: NodeJS.ProcessEnv },
): Promise<void> {
  const draft = `${folder}.${randomBytes(6).toString('hex')}`;
  mkdirSync(dirname(draft), { recursive: true });
  const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-r', requirementsFile];
  try {
    await run(interpreter.path, ['-m', 'venv', draft], environment);
    await run(programIn(draft, 'python'), pip, environment);
  } catch (error) {
    rmSync(draft, { recursive: true, force: true });
    throw error;
  }
  const link = `${draft}.link`;
  symlinkSync(draft, link);
  // Takes the place of a link that is there already: of a process that was as fast, whose environment stays for as long as it is used.
  renameSync(link, folder);
}

async function run(command: string, args: readonly string[], environment: NodeJS.ProcessEnv): Promise<void> {
  const outcome = await runProgram(command, args, { env: environment, timeout: INSTALL_TIMEOUT_MS });
  if (outcome.result === 'succeeded') return;
  const said = outcome.result === 'failed' ? outcome.output : outcome.reason;
  throw new LocalServiceError(`a Python environment could not be made. Is the network there? ${command} ${args.join(' ')} said:\n${said}`);
}

function findPython(environment: NodeJS.ProcessEnv): Interpreter {
  const chosen = environment['PYTHON_PATH'];
  if (chosen !== undefined && chosen !== '') {
    const interpreter = probe(chosen, environment);
    if (interpreter !== undefined) return interpreter;
    throw new LocalServiceError(`PYTHON_PATH is ${chosen}, which is no Python 3.11 or later with its venv module`);
  }
  const found = probe('python3', environment);
  if (found !== undefined) return found;
  installDebianPackages(['python3', 'python3-venv'], { environment, missing: 'no usable python3 was found', advice: ADVICE });
  const installed = probe('python3', environment);
  if (installed === undefined) throw new LocalServiceError(`python3 was installed, but cannot be used: ${ADVICE}`);
  return installed;
}

function probe(path: string, environment: NodeJS.ProcessEnv): Interpreter | undefined {
  const { status, stdout } = spawnSync(path, ['-c', PROBE], { env: environment, encoding: 'utf8' });
  return status === 0 ? { path, version: stdout } : undefined;
}

/** Not so if it was never made, or if the Python that it was made of is gone. */
function works(folder: string, environment: NodeJS.ProcessEnv): boolean {
  return isProgram(programIn(folder, 'python')) && spawnSync(programIn(folder, 'python'), ['-c', ''], { env: environment }).status === 0;
}

function programIn(folder: string, name: string): string {
  return join(folder, 'bin', name);
}
