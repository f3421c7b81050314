import { spawn, type SpawnOptions } from 'node:child_process';
import { stripVTControlCharacters } from 'node:util';

/** How a program ended. */
export type ProgramOutcome =
  | { readonly result: 'succeeded' }
  /** There is no such program, or it may not be run. */
  | { readonly result: 'not started'; readonly reason: string }
  /** Its exit code was not 0; with what it printed, in plain text. */
  | { readonly result: 'failed'; readonly output: string };

/** Runs a program without input to its end; never rejects. */
export async function runProgram(command: string, args: readonly string[], options: SpawnOptions): Promise<ProgramOutcome> {
  return await new Promise((resolve) => {
    const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (chunk: string) => (output += chunk));
    child.on('error', (error) => {
      resolve({ result: 'not started', reason: error.message });
    });
    child.on('close', (code, signal) => {
      if (code === 0) resolve({ result: 'succeeded' });
      else resolve({ result: 'failed', output: `${stripVTControlCharacters(output).trim()} (ended with ${String(code ?? signal)})` });
    });
  });
}
