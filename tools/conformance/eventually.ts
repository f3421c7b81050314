import { Mismatch } from './checks';

const PATIENCE_MS = 8_000;
const POLL_MS = 10;

/** Resolves with what `condition` gives once that is not undefined; throws a Mismatch after 8 s, or `patienceMs`. */
export async function eventually<T>(
  what: string,
  condition: () => T | undefined | Promise<T | undefined>,
  patienceMs = PATIENCE_MS,
): Promise<T> {
  const deadlineMs = performance.now() + patienceMs;
  for (;;) {
    const value = await condition();
    if (value !== undefined) return value;
    if (performance.now() > deadlineMs) throw new Mismatch(`expected ${what} within ${String(patienceMs)} ms, saw nothing of it`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
