const PATIENCE_MS = 10_000;
const POLL_MS = 5;

/** How long to wait. */
export interface WaitOptions {
  readonly patienceMs?: number;
}

/** Resolves with what `condition` gives once that is truthy; throws when the patience (10 s) is over, naming `what`. */
export async function waitFor<T>(
  what: string,
  condition: () => T | Promise<T>,
  { patienceMs = PATIENCE_MS }: WaitOptions = {},
): Promise<NonNullable<Awaited<T>>> {
  const deadlineMs = performance.now() + patienceMs;
  for (;;) {
    const value = await condition();
    if (value) return value;
    if (performance.now() > deadlineMs) throw new Error(`Waited ${String(patienceMs)} ms in vain for: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
