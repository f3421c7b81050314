import { LoadGenerator } from './load-generator';
import { type LoaderAnswer, type LoaderCall } from './loader-process';

// The program of the load generator's process: does what the benchmark asks for, one thing after the other, and ends with it.
const generator = new LoadGenerator();
const methods = generator as unknown as Record<string, (...args: unknown[]) => unknown>;

async function answer({ id, method, args }: LoaderCall): Promise<void> {
  let reply: LoaderAnswer;
  try {
    reply = { id, result: await methods[method]?.(...args) };
  } catch (error) {
    reply = { id, failure: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
  process.send?.(reply);
}

process.on('message', (call) => void answer(call as LoaderCall));
process.on('disconnect', () => process.exit());
// Ctrl-C reaches the whole group of processes, and the benchmark decides when the load generator may end.
process.on('SIGINT', () => undefined);
